package dev.ashlar.raid.parity;

import dev.ashlar.block.DeviceException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * {@link Parity} of segments of any kind, length and alignment: native, on the heap, or of mapped files. Each operation
 * works on the first {@code lengthBytes} bytes of its segments, from 0 to 1 GiB. See {@link Parity} for what they do;
 * {@code null} stands for a block that does not exist, and for a P or Q that is not wanted.
 *
 * <p>Kernels work on anonymous native memory in place, and on copies in pooled native tiles of all else and of tails; a
 * call allocates nothing, once the pool is filled. The memory must stay alive, and neither overlap nor be written by
 * others, during the call; a shared arena must not be closed meanwhile. A segment over a mapping must say so
 * ({@link MemorySegment#isMapped}), which those made from raw addresses do not.
 *
 * <p>A page of a mapping that cannot be had is a {@link DeviceException}, which names the segment and the range; what
 * was to be written is then undefined. Misuse throws before anything is touched.
 *
 * <p>Immutable and thread-safe.
 */
public final class SegmentParity {
    private enum Operation {
        GENERATE, CHECK, UPDATE, RECOVER, XOR, MULTIPLY_ADD
    }

    private static final int SOURCE = 0;
    private static final int TARGET = 1;

    private final Parity parity;

    SegmentParity(Parity parity) {
        this.parity = parity;
    }

    /** Writes P and Q of the first {@code count} of the blocks. */
    public void generate(MemorySegment[] blocks, int count, MemorySegment p, MemorySegment q, int lengthBytes)
            throws DeviceException {
        requireCount(blocks, count);
        StagedCall call = StagedCall.take(lengthBytes);
        try {
            putBlocks(call, blocks, count, Parity.NONE, Parity.NONE);
            call.put(StagedCall.P, "p", p, false, true);
            call.put(StagedCall.Q, "q", q, false, true);
            run(call, Operation.GENERATE, count, 0, 0, lengthBytes);
        } finally {
            call.give();
        }
    }

    /**
     * Compares P and Q with what they should be.
     *
     * @return 0 if all is right, or the sum of {@link Parity#P_WRONG} and {@link Parity#Q_WRONG}
     */
    public int check(MemorySegment[] blocks, int count, MemorySegment p, MemorySegment q, int lengthBytes)
            throws DeviceException {
        requireCount(blocks, count);
        StagedCall call = StagedCall.take(lengthBytes);
        try {
            putBlocks(call, blocks, count, Parity.NONE, Parity.NONE);
            call.put(StagedCall.P, "p", p, true, false);
            call.put(StagedCall.Q, "q", q, true, false);
            return run(call, Operation.CHECK, count, 0, 0, lengthBytes);
        } finally {
            call.give();
        }
    }

    /** Changes P and Q as the block with an exponent, 0 to 31, changes. */
    public void update(MemorySegment oldBlock, MemorySegment newBlock, int exponent, MemorySegment p,
            MemorySegment q, int lengthBytes) throws DeviceException {
        Objects.requireNonNull(oldBlock, "oldBlock=null");
        Objects.requireNonNull(newBlock, "newBlock=null");
        Parity.requireExponent(exponent);
        StagedCall call = StagedCall.take(lengthBytes);
        try {
            call.put(SOURCE, "oldBlock", oldBlock, true, false);
            call.put(TARGET, "newBlock", newBlock, true, false);
            call.put(StagedCall.P, "p", p, true, true);
            call.put(StagedCall.Q, "q", q, true, true);
            run(call, Operation.UPDATE, 0, exponent, 0, lengthBytes);
        } finally {
            call.give();
        }
    }

    /**
     * Recomputes what is missing, in place.
     *
     * @param missing1 exponent of a data block, {@link Parity#P}, {@link Parity#Q} or {@link Parity#NONE}
     * @param missing2 the same, different from {@code missing1} unless that is NONE
     */
    public void recover(MemorySegment[] blocks, int count, MemorySegment p, MemorySegment q, int missing1,
            int missing2, int lengthBytes) throws DeviceException {
        requireCount(blocks, count);
        boolean pMissing = missing1 == Parity.P || missing2 == Parity.P;
        boolean qMissing = missing1 == Parity.Q || missing2 == Parity.Q;
        boolean blockMissing = missing1 >= 0 || missing2 >= 0;
        boolean twoBlocksMissing = missing1 >= 0 && missing2 >= 0;
        StagedCall call = StagedCall.take(lengthBytes);
        try {
            putBlocks(call, blocks, count, missing1, missing2);
            boolean readsP = blockMissing && !pMissing;
            boolean readsQ = twoBlocksMissing || blockMissing && pMissing;
            call.put(StagedCall.P, "p", readsP || pMissing ? p : null, readsP, pMissing);
            call.put(StagedCall.Q, "q", readsQ || qMissing ? q : null, readsQ, qMissing);
            run(call, Operation.RECOVER, count, missing1, missing2, lengthBytes);
        } finally {
            call.give();
        }
    }

    /** {@code target ^= source}. */
    public void xor(MemorySegment source, MemorySegment target, int lengthBytes) throws DeviceException {
        addTo(Operation.XOR, 1, source, target, lengthBytes);
    }

    /** {@code target += factor * source}; the factor is from 0 to 255. */
    public void multiplyAdd(int factor, MemorySegment source, MemorySegment target, int lengthBytes)
            throws DeviceException {
        Parity.requireFactor(factor);
        addTo(Operation.MULTIPLY_ADD, factor, source, target, lengthBytes);
    }

    private void addTo(Operation operation, int factor, MemorySegment source, MemorySegment target, int lengthBytes)
            throws DeviceException {
        Objects.requireNonNull(source, "source=null");
        Objects.requireNonNull(target, "target=null");
        StagedCall call = StagedCall.take(lengthBytes);
        try {
            call.put(SOURCE, "source", source, true, false);
            call.put(TARGET, "target", target, true, true);
            run(call, operation, 0, factor, 0, lengthBytes);
        } finally {
            call.give();
        }
    }

    private static void requireCount(MemorySegment[] blocks, int count) {
        if (count < 0 || count > Parity.MAX_BLOCKS || count > blocks.length) {
            throw new IllegalArgumentException(
                    "count=" + count + " is not from 0 to " + Math.min(Parity.MAX_BLOCKS, blocks.length));
        }
    }

    private static void putBlocks(StagedCall call, MemorySegment[] blocks, int count, int missing1, int missing2) {
        for (int e = 0; e < count; e++) {
            boolean missing = e == missing1 || e == missing2;
            call.put(e, null, blocks[e], !missing, missing);
        }
    }

    /** Part by part; once at least, so that arguments are checked for a length of 0 too. */
    private int run(StagedCall call, Operation operation, int count, int first, int second, int lengthBytes)
            throws DeviceException {
        int result = 0;
        int at = 0;
        do {
            int part = call.partBytes(at);
            call.load(at, part);
            result |= run(call.addresses, operation, count, first, second, StagedCall.wholeBytes(part));
            call.store(at, part);
            at += part;
        } while (at < lengthBytes);
        return result;
    }

    private int run(long[] at, Operation operation, int count, int first, int second, int length) {
        long p = at[StagedCall.P];
        long q = at[StagedCall.Q];
        switch (operation) {
            case GENERATE -> parity.generate(at, count, p, q, length);
            case UPDATE -> parity.update(at[SOURCE], at[TARGET], first, p, q, length);
            case RECOVER -> parity.recover(at, count, p, q, first, second, length);
            case XOR -> parity.xor(at[SOURCE], at[TARGET], length);
            case MULTIPLY_ADD -> parity.multiplyAdd(first, at[SOURCE], at[TARGET], length);
            case CHECK -> {
                return parity.check(at, count, p, q, length);
            }
        }
        return 0;
    }
}
