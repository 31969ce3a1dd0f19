package dev.ashlar.testing;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.DeviceShrunkException;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.FilterDevice;
import dev.ashlar.block.NoSpaceException;
import dev.ashlar.block.Ranges;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * A device that fails when told to: by script ({@link #inject}), at random by a seed ({@link #failRandomly}), for good
 * ({@link #kill}), or by losing its end ({@link #shrinkTo}). A call that fails changes nothing below, unless the fault
 * says so. After a failed flush every later one fails until {@link #heal}. Thread-safe.
 */
public final class FaultDevice extends FilterDevice {
    private final String name;
    private final List<Armed> faults = new ArrayList<>();
    private Random random;
    private int perMille;
    private boolean dead;
    private boolean flushFailed;
    private long endBytes = Long.MAX_VALUE;
    private long failures;

    /** @param name what messages call the device */
    public FaultDevice(String name, BlockDevice below) {
        super(below);
        this.name = Objects.requireNonNull(name, "name");
    }

    /** Adds a fault; all that were added are asked for each call. */
    public synchronized FaultDevice inject(Fault fault) {
        faults.add(new Armed(fault));
        return this;
    }

    /** Makes about {@code perMille} of 1000 calls fail with an I/O error; the same seed and calls fail the same. */
    public synchronized FaultDevice failRandomly(long seed, int perMille) {
        this.random = new Random(seed);
        this.perMille = perMille;
        return this;
    }

    /** From now on every call fails, as if the disk had been pulled out. */
    public synchronized void kill() {
        dead = true;
    }

    /** From now on flushes and calls that reach beyond {@code sizeBytes} fail as on a file that was truncated. */
    public synchronized void shrinkTo(long sizeBytes) {
        endBytes = sizeBytes;
    }

    /** Takes back every fault of every kind. */
    public synchronized void heal() {
        faults.clear();
        random = null;
        dead = false;
        flushFailed = false;
        endBytes = Long.MAX_VALUE;
    }

    /** How many calls have failed by this device's doing. */
    public synchronized long failures() {
        return failures;
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        Fault fault = next(Operation.READ, offsetBytes, lengthBytes);
        if (fault != null) {
            throw failure(fault, offsetBytes, lengthBytes);
        }
        below.read(offsetBytes, target, targetOffset, lengthBytes);
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        Fault fault = next(Operation.WRITE, offsetBytes, lengthBytes);
        if (fault != null) {
            below.write(offsetBytes, source, sourceOffset, Math.min(fault.appliedBytes(), lengthBytes), false);
            throw failure(fault, offsetBytes, lengthBytes);
        }
        below.write(offsetBytes, source, sourceOffset, lengthBytes, fua);
    }

    @Override
    public void flush() throws IOException {
        Fault fault = next(Operation.FLUSH, 0, sizeBytes());
        if (fault != null) {
            throw failure(fault, 0, sizeBytes());
        }
        below.flush();
    }

    @Override
    public void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        Fault fault = next(Operation.TRIM, offsetBytes, lengthBytes);
        if (fault != null) {
            throw failure(fault, offsetBytes, lengthBytes);
        }
        below.trim(offsetBytes, lengthBytes, fua);
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        Fault fault = next(Operation.WRITE_ZEROES, offsetBytes, lengthBytes);
        if (fault != null) {
            below.writeZeroes(offsetBytes, Math.min(fault.appliedBytes(), lengthBytes), mayUnmap, false);
            throw failure(fault, offsetBytes, lengthBytes);
        }
        below.writeZeroes(offsetBytes, lengthBytes, mayUnmap, fua);
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        Fault fault = next(Operation.EXTENTS, offsetBytes, lengthBytes);
        if (fault != null) {
            throw failure(fault, offsetBytes, lengthBytes);
        }
        below.extents(offsetBytes, lengthBytes, visitor);
    }

    @Override
    public synchronized void checkSize() throws IOException {
        if (sizeBytes() > endBytes) {
            throw new DeviceShrunkException(name, "check of the size", 0, sizeBytes(), "it has " + endBytes + " bytes now");
        }
        below.checkSize();
    }

    /** The fault this call meets, or null. */
    private synchronized Fault next(Operation operation, long offsetBytes, long lengthBytes) throws DeviceException {
        if (offsetBytes + lengthBytes > endBytes) {
            failures++;
            throw new DeviceShrunkException(name, operation.verb(), offsetBytes, lengthBytes,
                    "it has " + endBytes + " bytes now");
        }
        Fault fault = pick(operation, offsetBytes, lengthBytes);
        if (fault != null) {
            failures++;
            flushFailed |= operation == Operation.FLUSH;
        }
        return fault;
    }

    private Fault pick(Operation operation, long offsetBytes, long lengthBytes) {
        Fault found = null;
        // All are asked, so that each counts the calls it is about.
        for (Armed armed : faults) {
            if (armed.strikes(operation, offsetBytes, lengthBytes) && found == null) {
                found = armed.fault;
            }
        }
        if (found == null && random != null && random.nextInt(1000) < perMille) {
            found = Fault.on(operation);
        }
        if (found == null && (dead || flushFailed && operation == Operation.FLUSH)) {
            found = Fault.on(operation);
        }
        return found;
    }

    private DeviceException failure(Fault fault, long offsetBytes, long lengthBytes) {
        String verb = fault.operation().verb();
        return fault.noSpace()
                ? new NoSpaceException(name, verb, offsetBytes, lengthBytes)
                : new DeviceException(name, verb, offsetBytes, lengthBytes, "Input/output error (injected)");
    }

    private static final class Armed {
        private final Fault fault;
        private long calls;

        Armed(Fault fault) {
            this.fault = fault;
        }

        boolean strikes(Operation operation, long offsetBytes, long lengthBytes) {
            if (!fault.touches(operation, offsetBytes, lengthBytes)) {
                return false;
            }
            long number = calls++;
            return number >= fault.skip() && number - fault.skip() < fault.times();
        }
    }
}
