package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.FilterDevice;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.testing.FaultDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Disks in memory that outlive the arrays made of them, with a clock that only the test moves and maintenance that only
 * the test runs.
 */
final class TestArray {
    /** A disk that an array may close and open again. */
    static final class Disk extends FilterDevice {
        Disk(BlockDevice below) {
            super(below);
        }

        @Override
        public void close() {
            // The content outlives the array.
        }
    }

    final List<FaultDevice> disks = new ArrayList<>();
    final List<String> names = new ArrayList<>();
    final AtomicLong nanos = new AtomicLong();
    final Random random;
    RaidArray array;
    int syncThreads = 1;

    TestArray(long seed) {
        random = new Random(seed);
    }

    ArrayEnvironment environment() {
        return new ArrayEnvironment(nanos::get, () -> Instant.ofEpochSecond(1_700_000_000 + nanos.get() / 1_000_000_000),
                () -> new UUID(random.nextLong(), random.nextLong()), false, syncThreads);
    }

    /** Adds a blank disk and returns its number. */
    int addDisk(long sizeBytes) {
        return addDisk(new MemoryDevice("disk" + disks.size(), sizeBytes));
    }

    /** Adds a disk of any kind and returns its number. */
    int addDisk(BlockDevice below) {
        String name = "disk" + disks.size();
        disks.add(new FaultDevice(name, below));
        names.add(name);
        return disks.size() - 1;
    }

    MemberDevice device(int disk) {
        return new MemberDevice(names.get(disk), new Disk(disks.get(disk)));
    }

    RaidArray open(OpenOptions options, int... numbers) throws IOException {
        List<MemberDevice> devices = new ArrayList<>();
        for (int number : numbers) {
            devices.add(device(number));
        }
        array = ArrayOpener.openDevices(devices, options, environment());
        return array;
    }

    RaidArray open(int... numbers) throws IOException {
        return open(OpenOptions.WRITABLE, numbers);
    }

    /** Runs maintenance until no pass is left, without moving the clock. */
    void settle() {
        for (int turns = 0; array.maintain() || array.status().progress().action() != SyncAction.IDLE; turns++) {
            if (turns > 20_000) {
                throw new AssertionError("passes never end: " + array.status());
            }
        }
    }

    /** Moves the clock and runs what has become due. */
    void pass(long seconds) {
        for (long i = 0; i < seconds; i++) {
            nanos.addAndGet(1_000_000_000);
            array.maintain();
        }
    }

    long check() throws IOException {
        array.requestAction(SyncAction.CHECK);
        settle();
        return array.status().mismatchSectors();
    }

    void write(long offset, byte[] bytes) throws IOException {
        array.write(offset, MemorySegment.ofArray(bytes), 0, bytes.length, false);
    }

    byte[] read(long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        array.read(offset, MemorySegment.ofArray(bytes), 0, length);
        return bytes;
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
