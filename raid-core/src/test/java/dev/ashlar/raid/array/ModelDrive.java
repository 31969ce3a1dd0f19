package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.FilterDevice;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.testing.FaultDevice;
import dev.ashlar.testing.Power;
import dev.ashlar.testing.PowerCutDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.BiFunction;

/** A disk of the model: a cache that a power cut empties, above it a process that may be killed, above it faults. */
final class ModelDrive {
    /** The process that uses the disks. A kill loses nothing that was called before it. */
    static final class Process {
        private long left = Long.MAX_VALUE;

        /** Lets {@code calls} more changing calls finish; the next one is cut short and every later one fails. */
        void killAfter(long calls) {
            left = calls;
        }

        void restart() {
            left = Long.MAX_VALUE;
        }

        synchronized boolean spend() {
            if (left > 0) {
                left--;
                return true;
            }
            left = -1;
            return false;
        }

        synchronized boolean killed() {
            return left < 0;
        }
    }

    private static final class ProcessDevice extends FilterDevice {
        private final Process process;

        ProcessDevice(BlockDevice below, Process process) {
            super(below);
            this.process = process;
        }

        private static DeviceException killed(String verb, long offset, long length) {
            return new DeviceException("disk", verb, offset, length, "the process was killed");
        }

        @Override
        public void read(long offset, MemorySegment target, long at, long length) throws IOException {
            if (process.killed()) {
                throw killed("read", offset, length);
            }
            super.read(offset, target, at, length);
        }

        @Override
        public void write(long offset, MemorySegment source, long at, long length, boolean fua) throws IOException {
            boolean before = process.killed();
            if (!process.spend()) {
                if (!before) {
                    super.write(offset, source, at, length / 1024 * 512, false);
                }
                throw killed("write", offset, length);
            }
            super.write(offset, source, at, length, fua);
        }

        @Override
        public void writeZeroes(long offset, long length, boolean mayUnmap, boolean fua) throws IOException {
            if (!process.spend()) {
                throw killed("writeZeroes", offset, length);
            }
            super.writeZeroes(offset, length, mayUnmap, fua);
        }

        @Override
        public void trim(long offset, long length, boolean fua) throws IOException {
            if (!process.spend()) {
                throw killed("trim", offset, length);
            }
            super.trim(offset, length, fua);
        }

        @Override
        public void flush() throws IOException {
            if (!process.spend()) {
                throw killed("flush", 0, 0);
            }
            super.flush();
        }
    }

    final int number;
    final String name;
    private final Process process;
    private final BiFunction<Integer, BlockDevice, BlockDevice> planted;
    private MemoryDevice content;
    private PowerCutDevice store;
    private FaultDevice faults;
    private boolean dead;
    private boolean readFaults;
    private boolean noSpace;
    private boolean flushFault;
    /** Whether an array has taken it as a member. */
    boolean joined;

    /** @param planted puts a bug between the array and its disk, or nothing */
    ModelDrive(int number, long sizeBytes, Process process, Power power,
            BiFunction<Integer, BlockDevice, BlockDevice> planted)
            throws IOException {
        this.number = number;
        this.name = "disk" + number;
        this.process = process;
        this.planted = planted;
        insert(new MemoryDevice(name, sizeBytes), power);
    }

    private void insert(MemoryDevice content, Power power) throws IOException {
        this.content = content;
        store = new PowerCutDevice(name, content, power);
        faults = new FaultDevice(name, planted.apply(number, new ProcessDevice(store, process)));
    }

    FaultDevice faults() {
        return faults;
    }

    PowerCutDevice store() {
        return store;
    }

    void die() {
        dead = true;
        faults.kill();
    }

    void failNextFlush(long seed) {
        flushFault = true;
        store.failNextFlush(seed);
    }

    void expectReadFaults() {
        readFaults = true;
    }

    void expectNoSpace() {
        noSpace = true;
    }

    boolean dead() {
        return dead;
    }

    boolean noSpace() {
        return noSpace;
    }

    /** Whether nothing is wrong with it that its array might hold against it. */
    boolean healthy() {
        return !dead && !readFaults && !flushFault;
    }

    boolean flushFault() {
        return flushFault;
    }

    /** Takes back passing faults; a dead disk stays dead. */
    void heal() {
        faults.heal();
        readFaults = false;
        noSpace = false;
        if (dead) {
            faults.kill();
        }
    }

    /** The dead disk lives again. Not while an array uses it. */
    void revive(Power power, long seed) throws IOException {
        dead = false;
        if (flushFault) {
            powerCut(power, seed);
        }
        heal();
    }

    /** Leaves what the power cut leaves. */
    void powerCut(Power power, long seed) throws IOException {
        MemoryDevice left = store.cut(seed);
        destroy();
        insert(left, power);
        flushFault = false;
        heal();
    }

    void destroy() {
        store.close();
        content.close();
    }
}
