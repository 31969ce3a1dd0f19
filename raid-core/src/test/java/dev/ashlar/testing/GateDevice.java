package dev.ashlar.testing;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.FilterDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A slow device without a clock: calls of chosen kinds wait before they reach the device below until the test lets them
 * go. A wait of more than a minute fails with {@link AssertionError} instead of hanging the test. Thread-safe.
 */
public final class GateDevice extends FilterDevice {
    private static final long DEADLINE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Set<Operation> held = EnumSet.noneOf(Operation.class);
    private int waiting;
    private int passes;

    public GateDevice(BlockDevice below) {
        super(below);
    }

    /** From now on calls of these kinds wait. */
    public synchronized void hold(Operation first, Operation... others) {
        held.addAll(EnumSet.of(first, others));
    }

    /** Lets all waiting calls go, and all later ones. */
    public synchronized void release() {
        held.clear();
        passes = 0;
        notifyAll();
    }

    /** Lets {@code calls} calls go, now or when they come; the others still wait. */
    public synchronized void releaseSome(int calls) {
        passes += calls;
        notifyAll();
    }

    /** Waits until {@code calls} calls wait here. */
    public synchronized void awaitHeld(int calls) {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (waiting < calls) {
            await(deadline, "only " + waiting + " of " + calls + " calls came");
        }
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        pass(Operation.READ);
        below.read(offsetBytes, target, targetOffset, lengthBytes);
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        pass(Operation.WRITE);
        below.write(offsetBytes, source, sourceOffset, lengthBytes, fua);
    }

    @Override
    public void flush() throws IOException {
        pass(Operation.FLUSH);
        below.flush();
    }

    @Override
    public void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException {
        pass(Operation.TRIM);
        below.trim(offsetBytes, lengthBytes, fua);
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        pass(Operation.WRITE_ZEROES);
        below.writeZeroes(offsetBytes, lengthBytes, mayUnmap, fua);
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        pass(Operation.EXTENTS);
        below.extents(offsetBytes, lengthBytes, visitor);
    }

    private synchronized void pass(Operation operation) {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        waiting++;
        notifyAll();
        try {
            while (held.contains(operation) && passes == 0) {
                await(deadline, "nobody released a " + operation.verb());
            }
            if (held.contains(operation)) {
                passes--;
            }
        } finally {
            waiting--;
        }
    }

    private void await(long deadline, String failure) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
            throw new AssertionError(failure);
        }
        try {
            wait(left);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted: " + failure, e);
        }
    }
}
