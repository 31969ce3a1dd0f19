package dev.ashlar.testing;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.block.Ranges;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A disk with a volatile cache, which can show what would be left of it after a power cut.
 *
 * <p>Invariants: {@code durable} holds what is certain to survive; {@code unflushed} holds the changes since then in
 * the order they were made; {@code cached} is both together, and what reads see. A FUA write under which an older
 * change is still unflushed stays in the list, marked, so that the older one can never come out on top.
 *
 * <p>{@link #cut} changes nothing, so that one moment can be tried with many seeds. Thread-safe.
 */
public final class PowerCutDevice implements BlockDevice {
    private static final int SECTOR_BYTES = 512;

    private final String name;
    private final Power power;
    private final MemoryDevice durable;
    private final MemoryDevice cached;
    private final List<Change> unflushed = new ArrayList<>();
    private boolean failNextFlush;
    private boolean flushFailed;
    private Random failureRandom;
    private boolean closed;

    /** A new disk of zeroes with a power supply of its own. */
    public PowerCutDevice(String name, long sizeBytes) throws DeviceException {
        this(name, new MemoryDevice(name, sizeBytes), new Power());
    }

    /**
     * A disk with content, what a {@link #cut} left, say.
     *
     * @param content belongs to this device from now on
     * @param power shared by the disks that lose power together
     */
    public PowerCutDevice(String name, MemoryDevice content, Power power) throws DeviceException {
        this.name = name;
        this.power = power;
        this.durable = content;
        this.cached = content.copy();
    }

    /** The power supply. */
    public Power power() {
        return power;
    }

    /** How many changes are not known to be durable. */
    public synchronized int unflushedChanges() {
        return unflushed.size();
    }

    /**
     * What a power cut at this moment leaves: all that is durable, and of each unflushed change, in order, nothing,
     * all, or some of its 512-byte sectors. The same seed at the same moment gives the same content.
     */
    public synchronized MemoryDevice cut(long seed) throws IOException {
        MemoryDevice left = durable.copy();
        applySome(new Random(seed), left);
        return left;
    }

    /** What a power cut leaves at worst: nothing but what is durable. */
    public synchronized MemoryDevice cutLosingAll() throws IOException {
        MemoryDevice left = durable.copy();
        for (Change change : unflushed) {
            if (change.certain) {
                change.apply(left);
            }
        }
        return left;
    }

    /**
     * Makes the next flush fail, and all later ones. Of what was unflushed then, a seeded part is durable and the rest
     * never will be, though it is still read until {@link #evictCached}: as the kernel treats pages it could not write.
     */
    public synchronized void failNextFlush(long seed) {
        failNextFlush = true;
        failureRandom = new Random(seed);
    }

    @Override
    public long sizeBytes() {
        return durable.sizeBytes();
    }

    @Override
    public boolean readOnly() {
        return false;
    }

    @Override
    public int optimalIoBytes() {
        return 4096;
    }

    @Override
    public synchronized void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes)
            throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        if (power.isOff()) {
            throw powerIsOff(Operation.READ, offsetBytes, lengthBytes);
        }
        cached.read(offsetBytes, target, targetOffset, lengthBytes);
    }

    @Override
    public synchronized void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes,
            boolean fua) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        Ranges.checkSource(source, sourceOffset, lengthBytes);
        byte[] data = new byte[Math.toIntExact(lengthBytes)];
        MemorySegment.copy(source, sourceOffset, MemorySegment.ofArray(data), 0, lengthBytes);
        change(Operation.WRITE, new Change(offsetBytes, lengthBytes, data, fua));
    }

    @Override
    public synchronized void flush() throws IOException {
        checkOpen(Operation.FLUSH, 0, sizeBytes());
        if (power.isOff() || !power.spend()) {
            throw powerIsOff(Operation.FLUSH, 0, sizeBytes());
        }
        if (failNextFlush && !flushFailed) {
            flushFailed = true;
            applySome(failureRandom, durable);
            unflushed.clear();
        }
        if (flushFailed) {
            throw new DeviceException(name, "flush", 0, sizeBytes(), "Input/output error (injected)");
        }
        for (Change change : unflushed) {
            change.apply(durable);
        }
        unflushed.clear();
    }

    @Override
    public synchronized void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        change(Operation.TRIM, new Change(offsetBytes, lengthBytes, null, fua));
    }

    @Override
    public synchronized void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua)
            throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        change(Operation.WRITE_ZEROES, new Change(offsetBytes, lengthBytes, null, fua));
    }

    /** What was written last is told, durable or not, as a file system would. */
    @Override
    public synchronized void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        checkOpen(Operation.EXTENTS, offsetBytes, lengthBytes);
        if (power.isOff()) {
            throw powerIsOff(Operation.EXTENTS, offsetBytes, lengthBytes);
        }
        cached.extents(offsetBytes, lengthBytes, visitor);
    }

    /** Shows again what is durable where a failed flush dropped changes; whatever is unflushed stays cached. */
    @Override
    public synchronized void evictCached(long offsetBytes, long lengthBytes) {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        if (closed || !flushFailed) {
            return;
        }
        try {
            byte[] bytes = new byte[Math.toIntExact(lengthBytes)];
            durable.read(offsetBytes, MemorySegment.ofArray(bytes), 0, lengthBytes);
            cached.write(offsetBytes, MemorySegment.ofArray(bytes), 0, lengthBytes, false);
            for (Change change : unflushed) {
                change.apply(cached);
            }
        } catch (IOException e) {
            throw new AssertionError("memory failed", e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        cached.close();
    }

    @Override
    public String toString() {
        return name;
    }

    private void change(Operation operation, Change change) throws IOException {
        checkOpen(operation, change.offsetBytes, change.lengthBytes);
        if (change.lengthBytes == 0) {
            return;
        }
        if (power.isOff()) {
            throw powerIsOff(operation, change.offsetBytes, change.lengthBytes);
        }
        if (!power.spend()) {
            // The call in which the power fails: some of it may have reached the disk, and nobody was promised any.
            unflushed.add(new Change(change.offsetBytes, change.lengthBytes, change.data, false));
            throw powerIsOff(operation, change.offsetBytes, change.lengthBytes);
        }
        change.apply(cached);
        if (change.certain && unflushed.stream().noneMatch(change::overlaps)) {
            change.apply(durable);
        } else {
            unflushed.add(change);
        }
    }

    private void applySome(Random random, MemoryDevice target) throws IOException {
        int keepPercent = switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> 100;
            default -> random.nextInt(101);
        };
        for (Change change : unflushed) {
            boolean keep = random.nextInt(100) < keepPercent;
            boolean tear = random.nextInt(4) == 0;
            if (change.certain || keep && !tear) {
                change.apply(target);
            } else if (keep) {
                change.applySectors(random, target);
            }
        }
    }

    private void checkOpen(Operation operation, long offsetBytes, long lengthBytes) throws DeviceException {
        if (closed) {
            throw new DeviceException(name, operation.verb(), offsetBytes, lengthBytes, "the device is closed");
        }
    }

    private DeviceException powerIsOff(Operation operation, long offsetBytes, long lengthBytes) {
        return new DeviceException(name, operation.verb(), offsetBytes, lengthBytes, "the power is off");
    }

    /**
     * A change of a range.
     *
     * @param data the new content, or null for zeroes
     * @param certain whether it was promised to be durable
     */
    private record Change(long offsetBytes, long lengthBytes, byte[] data, boolean certain) {
        boolean overlaps(Change other) {
            return offsetBytes < other.offsetBytes + other.lengthBytes
                    && other.offsetBytes < offsetBytes + lengthBytes;
        }

        void apply(MemoryDevice target) throws IOException {
            apply(target, offsetBytes, offsetBytes + lengthBytes);
        }

        /** Applies each sector with even chances. */
        void applySectors(Random random, MemoryDevice target) throws IOException {
            long end = offsetBytes + lengthBytes;
            for (long start = offsetBytes; start < end;) {
                long next = Math.min(end, (start / SECTOR_BYTES + 1) * SECTOR_BYTES);
                if (random.nextBoolean()) {
                    apply(target, start, next);
                }
                start = next;
            }
        }

        private void apply(MemoryDevice target, long start, long end) throws IOException {
            if (data == null) {
                target.writeZeroes(start, end - start, true, false);
            } else {
                target.write(start, MemorySegment.ofArray(data), start - offsetBytes, end - start, false);
            }
        }
    }
}
