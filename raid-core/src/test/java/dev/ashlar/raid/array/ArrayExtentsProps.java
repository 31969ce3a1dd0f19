package dev.ashlar.raid.array;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.Redundancy;
import dev.ashlar.testing.Extents;
import dev.ashlar.testing.Fault;
import dev.ashlar.testing.FaultDevice;
import dev.ashlar.testing.Operation;
import dev.ashlar.testing.SparseDevice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Random lives of arrays over sparse members: what is called zero reads as zeroes, what was written and is not zero is
 * never called so, and what is called lost, and only that, cannot be read.
 */
class ArrayExtentsProps {
    private static long holes;
    private static long holesWithoutAMember;
    private static long lost;
    private static long rebuilding;
    private static long refused;

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF,
            afterFailure = AfterFailureMode.RANDOM_SEED)
    @AddLifecycleHook(Seen.class)
    void extentsAndRedundancyNeverSayWhatIsNotSo(@ForAll RaidLevel level, @ForAll long seed) throws IOException {
        new Life(level, seed).live();
    }

    /** The property is worth something only if all of this was seen. */
    static final class Seen implements AroundPropertyHook {
        @Override
        public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
            PropertyExecutionResult result;
            try (ModelLog _ = new ModelLog()) {
                result = property.execute();
            }
            String counts = "holes=" + holes + " holesWithoutAMember=" + holesWithoutAMember + " lost=" + lost
                    + " rebuilding=" + rebuilding + " refused=" + refused;
            System.out.println(counts);
            boolean passed = result.status() == PropertyExecutionResult.Status.SUCCESSFUL;
            boolean unseen = holes == 0 || holesWithoutAMember == 0 || lost == 0 || rebuilding == 0 || refused == 0;
            return passed && unseen ? result.mapToFailed("never seen: " + counts) : result;
        }
    }

    private static final class Life {
        private final String name;
        private final Random random;
        private final TestArray test;
        private final Shape shape;
        private final boolean findsZeroes;
        private byte[] content;
        private boolean open = true;
        /** Bytes of writes that failed: old or new. */
        private final BitSet unsure = new BitSet();

        Life(RaidLevel level, long seed) {
            name = "level=" + level + " seed=" + seed;
            random = new Random(seed);
            test = new TestArray(seed);
            shape = new ModelPlan(level, random.nextLong(), List.of()).shape();
            findsZeroes = random.nextBoolean();
        }

        void live() throws IOException {
            List<Integer> disks = new ArrayList<>();
            for (int i = 0; i < shape.raidDisks(); i++) {
                disks.add(addDisk());
            }
            shape.create(test, disks, "props");
            test.open(disks.stream().mapToInt(Integer::intValue).toArray());
            content = new byte[(int) test.array.sizeBytes()];
            for (int step = 0; step < 25 && open; step++) {
                step();
                if (open) {
                    check(step);
                }
            }
            if (open) {
                test.array.abandon();
            }
        }

        private int addDisk() {
            return test.addDisk(new SparseDevice(new MemoryDevice("disk" + test.disks.size(), shape.diskBytes()),
                    findsZeroes));
        }

        private void step() throws IOException {
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3, 4 -> write();
                case 5, 6, 7 -> zero(false);
                case 8 -> zero(true);
                case 9 -> fail();
                case 10 -> spare();
                case 11 -> test.array.maintain();
                case 12 -> test.settle();
                case 13 -> full();
                case 14 -> readErrors();
                default -> reopen();
            }
        }

        private void write() {
            int length = 1 + random.nextInt(Math.min(content.length, random.nextBoolean() ? 5000 : 200_000));
            int offset = random.nextInt(content.length - length + 1);
            byte[] bytes = test.bytes(length);
            if (random.nextInt(4) == 0) {
                // Equal blocks beside one another, so that parity is zero although data is not.
                for (int i = 4096; i < length; i++) {
                    bytes[i] = bytes[i - 4096];
                }
            }
            change(offset, bytes, () -> test.write(offset, bytes));
        }

        private void zero(boolean all) {
            int length = all ? content.length : 1 + random.nextInt(content.length);
            int offset = random.nextInt(content.length - length + 1);
            change(offset, new byte[length], () -> {
                if (random.nextBoolean()) {
                    test.array.trim(offset, length, false);
                } else {
                    test.array.writeZeroes(offset, length, random.nextInt(4) > 0, false);
                }
            });
        }

        private interface Change {
            void run() throws IOException;
        }

        private void change(int offset, byte[] bytes, Change change) {
            try {
                change.run();
                unsure.clear(offset, offset + bytes.length);
            } catch (IOException _) {
                refused++;
                unsure.set(offset, offset + bytes.length);
            }
            System.arraycopy(bytes, 0, content, offset, bytes.length);
        }

        private void fail() {
            try {
                List<MemberStatus> members = test.array.status().members().stream()
                        .filter(member -> member.state() == MemberState.IN_SYNC
                                || member.state() == MemberState.RECOVERING).toList();
                if (!members.isEmpty()) {
                    test.array.failMember(members.get(random.nextInt(members.size())).name());
                }
            } catch (IOException _) {
                // It cannot be spared.
            }
        }

        private void spare() throws IOException {
            if (test.disks.size() < shape.raidDisks() + 6 && shape.level().isRedundant()
                    && test.array.status().degradedDisks() > 0) {
                try {
                    test.array.addMember(test.device(addDisk()), true);
                } catch (IOException _) {
                    // The array has failed.
                }
            }
        }

        /** A write that finds a disk full, so that something is torn. */
        private void full() {
            FaultDevice disk = test.disks.get(random.nextInt(test.disks.size()));
            disk.inject(Fault.on(Operation.WRITE).withNoSpace().applying(512).after(random.nextInt(3)).times(1));
            disk.inject(Fault.on(Operation.WRITE_ZEROES).withNoSpace().applying(512).after(random.nextInt(3)).times(1));
            if (random.nextBoolean()) {
                write();
            } else {
                zero(false);
            }
            disk.heal();
        }

        /** A rebuild, if one is due, that cannot read all it needs, and so has to call blocks bad. */
        private void readErrors() {
            FaultDevice disk = test.disks.get(random.nextInt(test.disks.size()));
            long at = random.nextLong(disk.sizeBytes() - shape.componentBytes(), disk.sizeBytes());
            disk.inject(Fault.on(Operation.READ).in(at, 1 + random.nextInt(20_000)));
            test.settle();
            disk.heal();
        }

        private void reopen() throws IOException {
            if (random.nextBoolean()) {
                test.array.abandon();
            } else {
                try {
                    test.array.close();
                } catch (IOException _) {
                    // It has failed.
                }
            }
            int[] all = IntStream.range(0, test.disks.size()).toArray();
            try {
                test.open(new OpenOptions(false, true, true), all);
            } catch (ArrayRefusedException _) {
                open = false;
                return;
            }
            if (shape.level().hasParity() && test.array.status().degradedDisks() > 0) {
                // Started by force, perhaps: then P and Q may give a lost block differently.
                unsure.set(0, content.length);
            }
            // What a forced start makes of torn stripes is the owner's; what was read after it is what there is. Copies
            // that a failed write left different stay so until a resync.
            for (int at = 0; at < content.length; at += 4096) {
                int length = Math.min(4096, content.length - at);
                try {
                    System.arraycopy(test.read(at, length), 0, content, at, length);
                } catch (IOException _) {
                    unsure.set(at, at + length);
                }
            }
        }

        private void check(int step) throws IOException {
            int length = random.nextInt(3) == 0 ? content.length : 1 + random.nextInt(content.length);
            int offset = random.nextInt(content.length - length + 1);
            String where = name + " step=" + step + " " + shape;
            for (Extents.Extent extent : Extents.list(test.array::extents, offset, length)) {
                if (extent.flags() != 0) {
                    checkZero(extent, where);
                }
            }
            for (Extents.Extent extent : Extents.list(test.array::redundancy, offset, length)) {
                checkReadable(extent, where);
            }
        }

        private void checkZero(Extents.Extent extent, String where) throws IOException {
            require(extent.flags() == (ExtentVisitor.HOLE | ExtentVisitor.ZERO), where, extent);
            holes++;
            holesWithoutAMember += test.array.status().degradedDisks() > 0 ? 1 : 0;
            byte[] zeroes = new byte[(int) extent.length()];
            if (!Arrays.equals(content, (int) extent.offset(), (int) extent.end(), zeroes, 0, zeroes.length)) {
                for (int i = (int) extent.offset(); i < extent.end(); i++) {
                    require(content[i] == 0 || unsure.get(i), where + " at=" + i, extent);
                }
            }
            require(Arrays.equals(test.read(extent.offset(), zeroes.length), zeroes), where, extent);
        }

        private void checkReadable(Extents.Extent extent, String where) {
            boolean gone = (extent.flags() & Redundancy.LOST) != 0;
            lost += gone ? 1 : 0;
            rebuilding += (extent.flags() & Redundancy.REBUILDING) != 0 ? 1 : 0;
            require(!gone || (extent.flags() & Redundancy.DEGRADED) != 0, where, extent);
            require((extent.flags() & Redundancy.REBUILDING) == 0 || extent.flags() == 3, where, extent);
            // Anything in the middle and at both ends, which is where changes of state are.
            for (long at : new long[] {extent.offset(), (extent.offset() + extent.end()) / 2, extent.end() - 1}) {
                boolean read;
                try {
                    test.read(at, 1);
                    read = true;
                } catch (IOException _) {
                    read = false;
                }
                require(read != gone, where + " at=" + at + " read=" + read, extent);
            }
        }

        private static void require(boolean so, String where, Extents.Extent extent) {
            if (!so) {
                throw new AssertionError(where + ": " + extent);
            }
        }
    }
}
