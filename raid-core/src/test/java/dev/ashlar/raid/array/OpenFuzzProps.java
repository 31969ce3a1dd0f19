package dev.ashlar.raid.array;

import com.sun.management.ThreadMXBean;
import dev.ashlar.block.FilterDevice;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.superblock.AshlarHeader;
import dev.ashlar.raid.superblock.ExamineText;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockIo;
import dev.ashlar.raid.superblock.SuperblockLayout;
import dev.ashlar.testing.Fixtures;
import dev.ashlar.testing.Json;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Members of real arrays with bytes of their metadata changed, checksums made right: whatever they say, an array opens
 * or is refused in words, in bounded memory, and one that is refused or opened read-only has not been written.
 */
class OpenFuzzProps {
    private static final List<String> ARRAYS = List.of("raid0-3d-unequal-alt", "raid1-2d-bitmap", "raid1-badblocks-2d",
            "raid1-recovery-2d", "raid4-4d-16k", "raid5-ppl-unclean", "raid5-meta10-3d-bitmap", "raid5-degraded-bitmap",
            "raid5-journal-3d", "raid5-reshape-3to4", "raid5-replace-3d", "raid6-meta11-4d", "raid6-resync-4d",
            "raid6-unclean-5d", "raid10-o2-4d-16k", "raid10-n2-3d-16k-bitmap");
    /** More than any area of such small members can be. */
    private static final long MOST_READ_BYTES = 8 << 20;
    private static final long MOST_HEAP_BYTES = 64 << 20;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long[] VALUES = {0, 1, 2, -1, 7, 8, 9, 16, 128, 0xffff, 0x7fffffffL, 0x80000000L,
        Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, 1L << 54, 1L << 55};
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Map<String, List<MemoryDevice>> IMAGES = new ConcurrentHashMap<>();
    private static long opened;
    private static long refused;
    private static long writable;
    private static long writableRefused;

    /** The property is worth something only if arrays were opened and refused, both ways. */
    static final class Seen implements AroundPropertyHook {
        @Override
        public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
            PropertyExecutionResult result;
            try (ModelLog _ = new ModelLog()) {
                result = property.execute();
            }
            String counts = "opened=" + opened + " refused=" + refused + " writable=" + writable + " writableRefused="
                    + writableRefused;
            System.out.println(counts);
            boolean passed = result.status() == PropertyExecutionResult.Status.SUCCESSFUL;
            boolean unseen = opened == 0 || refused == 0 || writable == 0 || writableRefused == 0;
            return passed && unseen ? result.mapToFailed("never seen: " + counts) : result;
        }
    }

    @Property(tries = 600, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF,
            afterFailure = AfterFailureMode.RANDOM_SEED)
    @AddLifecycleHook(Seen.class)
    void membersOfAnyContentOpenOrAreRefused(@ForAll @IntRange(max = 15) int array, @ForAll long seed)
            throws Exception {
        new Case(ARRAYS.get(array), seed).run();
    }

    /** Counts changes and keeps the longest read. */
    private static final class Watched extends FilterDevice {
        private long changes;
        private long longestRead;

        Watched(MemoryDevice below) {
            super(below);
        }

        @Override
        public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes)
                throws IOException {
            longestRead = Math.max(longestRead, lengthBytes);
            below.read(offsetBytes, target, targetOffset, lengthBytes);
        }

        @Override
        public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
                throws IOException {
            changes++;
            below.write(offsetBytes, source, sourceOffset, lengthBytes, fua);
        }

        @Override
        public void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException {
            changes++;
            below.trim(offsetBytes, lengthBytes, fua);
        }

        @Override
        public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
            changes++;
            below.writeZeroes(offsetBytes, lengthBytes, mayUnmap, fua);
        }

        MemoryDevice below() {
            return (MemoryDevice) below;
        }

        @Override
        public void close() {
            // Opened again after the array; the case closes what is below.
        }
    }

    private static final class Case {
        private final String name;
        private final Fixtures.Array array;
        private final Random random;
        private final List<Watched> devices = new ArrayList<>();

        Case(String array, long seed) {
            this.array = Fixtures.array(array);
            name = array + " seed=" + seed;
            random = new Random(seed);
        }

        void run() throws Exception {
            List<MemoryDevice> images = IMAGES.computeIfAbsent(array.name(), _ -> images(array));
            for (MemoryDevice image : images) {
                devices.add(new Watched(image.copy()));
            }
            try {
                bend();
                open(new OpenOptions(true, random.nextBoolean(), random.nextBoolean()));
                if (random.nextInt(3) == 0) {
                    open(new OpenOptions(false, random.nextBoolean(), random.nextBoolean()));
                }
            } catch (IOException | RuntimeException | Error e) {
                throw new AssertionError(name + ": " + e, e);
            } finally {
                for (Watched device : devices) {
                    device.below().close();
                }
            }
        }

        /** The same change on all members, since one that differs is only left out; now and then on one alone. */
        private void bend() throws IOException {
            int only = random.nextInt(4) == 0 ? random.nextInt(devices.size()) : -1;
            for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
                long seed = random.nextLong();
                for (int member = 0; member < devices.size(); member++) {
                    if (only < 0 || only == member) {
                        bend(member, new Random(seed));
                    }
                }
            }
        }

        private void bend(int member, Random r) throws IOException {
            Json superblock = array.members().get(member).superblock();
            long at = superblock.get("super_sector").number() * 512;
            byte[] bytes = read(member, at, SuperblockLayout.MAX_BYTES);
            MemorySegment segment = MemorySegment.ofArray(bytes);
            int value = r.nextInt(4);
            switch (r.nextInt(6)) {
                case 0 -> edit(member, r, at + signed(segment, 96) * 512L, 512, value);
                case 1 -> {
                    bytes[8] |= 8;
                    edit(member, r, at + signed(segment, 188) * 512L, 512, value);
                }
                case 2 -> edit(member, r, AshlarHeader.OFFSET_BYTES, 128, value);
                default -> {
                    int word = 4 * r.nextInt(r.nextInt(4) == 0 ? 128 : 56);
                    put(bytes, word, 1 << r.nextInt(4), value(r, value));
                }
            }
            int maxDev = segment.get(U32, 220);
            if (maxDev >= 0 && maxDev <= SuperblockLayout.MAX_DEV && r.nextInt(16) > 0) {
                segment.set(U32, 216, SuperblockLayout.checksum(segment, 0, maxDev));
            }
            devices.get(member).below().write(at, segment, 0, bytes.length, false);
        }

        private void edit(int member, Random r, long from, int length, int kind) throws IOException {
            long size = devices.get(member).sizeBytes();
            if (from < 0 || from > size - 4096) {
                return;
            }
            byte[] bytes = read(member, from, 4096);
            put(bytes, 4 * r.nextInt(length / 4), 1 << r.nextInt(4), value(r, kind));
            devices.get(member).below().write(from, MemorySegment.ofArray(bytes), 0, bytes.length, false);
        }

        private byte[] read(int member, long at, int length) throws IOException {
            byte[] bytes = new byte[length];
            long count = Math.min(length, devices.get(member).sizeBytes() - at);
            devices.get(member).below().read(at, MemorySegment.ofArray(bytes), 0, count);
            return Arrays.copyOf(bytes, (int) count);
        }

        private static int signed(MemorySegment segment, int at) {
            return segment.get(U32, at);
        }

        private static void put(byte[] bytes, int at, int count, long value) {
            for (int i = 0; i < count && at + i < bytes.length; i++) {
                bytes[at + i] = (byte) (value >>> 8 * i);
            }
        }

        private static long value(Random r, int kind) {
            return kind == 0 ? r.nextLong() : kind == 1 ? r.nextInt(1 << 16) : VALUES[r.nextInt(VALUES.length)];
        }

        private void open(OpenOptions options) throws IOException {
            for (Watched device : devices) {
                device.changes = 0;
                device.longestRead = 0;
            }
            long before = THREADS.getCurrentThreadAllocatedBytes();
            examine();
            boolean wasRefused = false;
            RaidArray raid = null;
            try {
                raid = ArrayOpener.openDevices(members(), options, environment());
                count(options.readOnly(), false);
            } catch (ArrayRefusedException e) {
                requireWords(e);
                wasRefused = true;
                count(options.readOnly(), true);
            } catch (IOException e) {
                requireTyped(e);
            }
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            require(allocated < MOST_HEAP_BYTES, "allocated=" + allocated);
            if (raid != null) {
                use(raid, options.readOnly());
            }
            for (Watched device : devices) {
                require(device.longestRead <= MOST_READ_BYTES, "longestRead=" + device.longestRead);
                require(device.changes == 0 || !wasRefused && !options.readOnly(),
                        "changes=" + device.changes + " " + options);
            }
        }

        private static void count(boolean readOnly, boolean wasRefused) {
            opened += readOnly && !wasRefused ? 1 : 0;
            refused += readOnly && wasRefused ? 1 : 0;
            writable += !readOnly && !wasRefused ? 1 : 0;
            writableRefused += !readOnly && wasRefused ? 1 : 0;
        }

        private void examine() throws IOException {
            for (Watched device : devices) {
                try {
                    Superblock superblock = SuperblockIo.read(device, "member");
                    require(!ExamineText.describe("member", superblock, ZoneOffset.UTC).isBlank(), "no words");
                    require(!ExamineText.facts(superblock).isEmpty(), "no facts");
                    AshlarHeader.read(device);
                } catch (IOException e) {
                    requireTyped(e);
                }
            }
        }

        private void use(RaidArray opened, boolean readOnly) throws IOException {
            try {
                long size = opened.sizeBytes();
                require(size > 0, "size=" + size);
                opened.status();
                int length = (int) Math.min(size, 4096);
                MemorySegment buffer = MemorySegment.ofArray(new byte[length]);
                for (long at : new long[] {0, size - length, size / 2 - length / 2}) {
                    try {
                        opened.read(at, buffer, 0, length);
                        if (!readOnly) {
                            opened.write(at, buffer, 0, length, random.nextBoolean());
                        }
                    } catch (IOException e) {
                        requireTyped(e);
                    }
                }
                // Not all of it: a size that nobody's data contradicts may be large.
                int[] calls = {0};
                opened.extents(0, size, (_, _) -> ++calls[0] < 100);
                opened.redundancy(0, size, (_, _) -> ++calls[0] < 200);
                for (int turns = 0; turns < 20; turns++) {
                    opened.maintain();
                }
            } finally {
                try {
                    opened.close();
                } catch (IOException e) {
                    requireTyped(e);
                }
            }
        }

        private List<MemberDevice> members() {
            List<MemberDevice> members = new ArrayList<>();
            for (int i = 0; i < devices.size(); i++) {
                members.add(new MemberDevice("m" + i, devices.get(i)));
            }
            return members;
        }

        private ArrayEnvironment environment() {
            return new ArrayEnvironment(() -> 0, () -> Instant.ofEpochSecond(1_800_000_000),
                    () -> new UUID(random.nextLong(), random.nextLong()), false, 1);
        }

        private static void requireTyped(IOException e) {
            require(e.getClass().getName().startsWith("dev.ashlar."), "an untyped " + e);
            requireWords(e);
        }

        private static void requireWords(IOException e) {
            require(e.getMessage() != null && !e.getMessage().isBlank(), "no words: " + e.getClass());
        }

        private static void require(boolean so, String what) {
            if (!so) {
                throw new AssertionError(what);
            }
        }
    }

    private static List<MemoryDevice> images(Fixtures.Array array) {
        List<MemoryDevice> images = new ArrayList<>();
        for (Fixtures.Member member : array.members()) {
            byte[] bytes = member.image();
            MemoryDevice image = new MemoryDevice(member.file(), bytes.length);
            try {
                image.write(0, MemorySegment.ofArray(bytes), 0, bytes.length, false);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            images.add(image);
        }
        return images;
    }
}
