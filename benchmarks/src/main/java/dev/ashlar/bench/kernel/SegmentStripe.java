package dev.ashlar.bench.kernel;

import dev.ashlar.block.DeviceException;
import dev.ashlar.raid.parity.Parity;
import dev.ashlar.raid.parity.SegmentParity;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** A stripe of random blocks in segments of one kind, with its parity. Belongs to one thread. */
final class SegmentStripe implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final SegmentParity parity;
    private final MemorySegment[] blocks;
    private final MemorySegment p;
    private final MemorySegment q;
    private final MemorySegment spare;
    private final int length;

    SegmentStripe(Parity parity, SegmentKind kind, int dataBlocks, int lengthBytes) throws DeviceException {
        this.parity = parity.forSegments();
        length = lengthBytes;
        blocks = new MemorySegment[dataBlocks];
        byte[] content = new byte[lengthBytes];
        SplittableRandom random = new SplittableRandom(dataBlocks);
        for (int block = 0; block < dataBlocks; block++) {
            random.nextBytes(content);
            blocks[block] = kind.allocate(arena, lengthBytes).copyFrom(MemorySegment.ofArray(content));
        }
        p = kind.allocate(arena, lengthBytes);
        q = kind.allocate(arena, lengthBytes);
        spare = kind.allocate(arena, lengthBytes);
        generatePq();
    }

    void generatePq() throws DeviceException {
        parity.generate(blocks, blocks.length, p, q, length);
    }

    /** Every operation once; the data blocks keep their content, and P and Q are right again at the end. */
    void everything() throws DeviceException {
        int last = blocks.length - 1;
        parity.generate(blocks, blocks.length, p, null, length);
        generatePq();
        if (parity.check(blocks, blocks.length, p, q, length) != 0) {
            throw new IllegalStateException("P and Q are wrong");
        }
        parity.recover(blocks, blocks.length, p, q, 0, Parity.NONE, length);
        parity.recover(blocks, blocks.length, p, q, 0, Parity.P, length);
        parity.recover(blocks, blocks.length, p, q, 0, Parity.Q, length);
        parity.recover(blocks, blocks.length, p, q, 0, last, length);
        parity.xor(blocks[0], spare, length);
        parity.multiplyAdd(Coder.FACTOR, blocks[0], spare, length);
        parity.update(blocks[0], spare, 0, p, q, length);
        parity.update(spare, blocks[0], 0, p, q, length);
    }

    @Override
    public void close() {
        arena.close();
    }
}
