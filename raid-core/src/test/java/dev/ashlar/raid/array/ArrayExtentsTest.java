package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.testing.CountingDevice;
import dev.ashlar.testing.Extents;
import dev.ashlar.testing.Operation;
import dev.ashlar.testing.SparseDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holes of members seen through the array, hints, and the zeroing of large ranges. */
class ArrayExtentsTest {
    private static final int KIB = 1024;
    private static final int CHUNK = 16 * KIB;

    @TempDir
    private Path directory;

    private final TestArray test = new TestArray(815);
    private final List<SparseDevice> sparse = new ArrayList<>();
    private final List<CountingDevice> counted = new ArrayList<>();

    private RaidArray make(Shape shape, boolean findsZeroes) throws IOException {
        for (int disk = 0; disk < shape.raidDisks(); disk++) {
            counted.add(new CountingDevice(new MemoryDevice("disk" + disk, shape.diskBytes())));
            sparse.add(new SparseDevice(counted.get(disk), findsZeroes));
            test.addDisk(sparse.get(disk));
        }
        int[] all = IntStream.range(0, shape.raidDisks()).toArray();
        shape.create(test, IntStream.of(all).boxed().toList(), "extents");
        return test.open(all);
    }

    private String extents() throws IOException {
        return Extents.of(test.array, 0, test.array.sizeBytes());
    }

    private static Shape shape(RaidLevel level, int layout, int disks) {
        return new Shape(level, layout, disks, level == RaidLevel.RAID1 ? 0 : CHUNK, 960L * KIB,
                level == RaidLevel.RAID0 ? 0 : 64 * KIB);
    }

    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void aNewArrayIsOneHoleAndAWriteAllocatesWhatItTouches(RaidLevel level) throws IOException {
        int layout = switch (level) {
            case RAID5, RAID6 -> 2;
            case RAID10 -> 0x102;
            default -> 0;
        };
        RaidArray array = make(shape(level, layout, 4), false);
        long size = array.sizeBytes();
        assertThat(extents()).isEqualTo(size + ":hole");
        test.write(100 * KIB, test.bytes(4096));
        assertThat(extents()).isEqualTo("102400:hole 4096:data " + (size - 106_496) + ":hole");
        assertThat(Extents.of(array, 102_401, 4096)).isEqualTo("4095:data 1:hole");
        array.trim(0, size, false);
        assertThat(extents()).isEqualTo(size + ":hole");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aLostBlockIsAHoleOnlyIfThatFollowsFromItsStripe(int lost) throws IOException {
        RaidArray array = make(shape(RaidLevel.RAID6, 2, 6), false);
        long size = array.sizeBytes();
        long written = 5L * 4 * CHUNK;
        test.write(written, test.bytes(4 * CHUNK));
        for (int disk = 0; disk < lost; disk++) {
            array.failMember("disk" + disk);
        }
        assertThat(extents()).isEqualTo(written + ":hole " + 4 * CHUNK + ":data "
                + (size - written - 4 * CHUNK) + ":hole");
        // One block of zeroes that is allocated beside lost ones makes them data: they could be anything else.
        array.writeZeroes(4 * CHUNK, 4 * CHUNK, false, false);
        assertThat(extents()).startsWith(4 * CHUNK + ":hole " + 4 * CHUNK + ":data ");
    }

    @Test
    void whereParityDoesNotAgreeALostBlockIsData() throws IOException {
        make(shape(RaidLevel.RAID5, 2, 4), false);
        test.write(0, test.bytes(CHUNK));
        test.array.trim(0, 3 * CHUNK, false);
        test.array.abandon();
        test.open(OpenOptions.READ_ONLY, 0, 1, 2);
        assertThat(Extents.of(test.array, 0, 6 * CHUNK)).contains("data");
        assertThat(Extents.of(test.array, 60L * CHUNK, 3 * CHUNK)).isEqualTo(3 * CHUNK + ":hole");
    }

    @Test
    void aBlockThatMovesBetweenMembersDuringTheWalkIsNoHole() throws IOException {
        RaidArray array = make(shape(RaidLevel.RAID5, 2, 3), true);
        // Stripe 2 of left-symmetric: P on role 0, data on roles 1 and 2. Equal data makes P zero, and a hole here.
        byte[] block = test.bytes(4096);
        test.write(4L * CHUNK, block);
        test.write(5L * CHUNK, block);
        array.failMember("disk1");
        assertThat(Extents.of(array, 4L * CHUNK, 4096)).isEqualTo("4096:data");
        // Right after P has been called a hole, the other data block becomes one, and P the lost block's only trace.
        sparse.get(0).afterNextAnswer(() -> {
            try {
                array.write(5L * CHUNK, MemorySegment.ofArray(new byte[4096]), 0, 4096, false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(Extents.of(array, 4L * CHUNK, 4096)).isEqualTo("4096:data");
        assertThat(test.read(4L * CHUNK, 4096)).isEqualTo(block);
        assertThat(Extents.of(array, 5L * CHUNK, 4096)).isEqualTo("4096:hole");
    }

    @Test
    void aRebuiltMirrorStillHasTheHolesOfTheOther() throws IOException {
        RaidArray array = make(shape(RaidLevel.RAID1, 0, 2), false);
        test.write(0, test.bytes(4096));
        array.failMember("disk0");
        array.removeMember("disk0");
        int spare = test.addDisk(new SparseDevice(new MemoryDevice("spare", test.disks.getFirst().sizeBytes()), false));
        array.addMember(test.device(spare), true);
        test.settle();
        assertThat(array.status().degradedDisks()).isZero();
        assertThat(extents()).isEqualTo("4096:data " + (array.sizeBytes() - 4096) + ":hole");
    }

    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, names = {"RAID1", "RAID5", "RAID6"})
    void whatARecoveryPassesDuringTheWalkIsNotToldByWhatTheMemberHeldBefore(RaidLevel level) throws IOException {
        long component = 64L << 30;
        int disks = level == RaidLevel.RAID1 ? 2 : 4;
        RaidArray array = make(new Shape(level, level == RaidLevel.RAID1 ? 0 : 2, disks,
                level == RaidLevel.RAID1 ? 0 : CHUNK, component, 64 << 20), false);
        long dataDisks = array.sizeBytes() / component;
        for (int away = 0; away < disks; away++) {
            long missedAt = (40L + away) << 30;
            test.write(0, test.bytes(4096));
            test.pass(20);
            array.failMember("disk" + away);
            byte[] missed = test.bytes(1 << 20);
            test.write(missedAt * dataDisks, missed);
            array.removeMember("disk" + away);
            array.addMember(test.device(away), false);
            array.maintain();
            assertThat(array.status().degradedDisks()).isEqualTo(1);
            sparse.get((away + 1) % disks).afterNextAnswer(test::settle);
            sparse.get(away).afterNextAnswer(test::settle);
            List<String> holes = holesOver(missedAt * dataDisks, missed.length);
            assertThat(array.status().degradedDisks()).isZero();
            assertThat(holes).isEmpty();
            test.settle();
        }
    }

    /** Holes found by a walk over everything that overlap a range. */
    private List<String> holesOver(long offset, long length) throws IOException {
        List<String> found = new ArrayList<>();
        long[] at = {0};
        test.array.extents(0, test.array.sizeBytes(), (bytes, flags) -> {
            if ((flags & ExtentVisitor.ZERO) != 0 && at[0] < offset + length && at[0] + bytes > offset) {
                found.add(at[0] + "+" + bytes);
            }
            at[0] += bytes;
            return true;
        });
        return found;
    }

    @Test
    void aSilentMemberHasDataAndIsNotAskedAgain() throws IOException {
        RaidArray array = make(shape(RaidLevel.RAID0, 0, 2), false);
        test.disks.get(1).kill();
        assertThat(Extents.of(array, 0, 4 * CHUNK)).isEqualTo("16384:hole 16384:data 16384:hole 16384:data");
        assertThat(test.disks.get(1).failures()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void largeRangesCostAFewQuestionsForEachExtentOfAMember(RaidLevel level) throws IOException {
        int layout = switch (level) {
            case RAID5, RAID6 -> 2;
            case RAID10 -> 0x102;
            default -> 0;
        };
        Shape large = new Shape(level, layout, 4, level == RaidLevel.RAID1 ? 0 : 64 * KIB, 256L << 30,
                level == RaidLevel.RAID0 ? 0 : 64L << 20);
        RaidArray array = make(large, false);
        for (int i = 0; i < 10; i++) {
            test.write((long) i << 34, test.bytes(1 << 20));
        }
        requireFewQuestions(array);
        if (level.isRedundant()) {
            array.failMember("disk2");
            requireFewQuestions(array);
        }
    }

    private void requireFewQuestions(RaidArray array) throws IOException {
        long before = sparse.stream().mapToLong(SparseDevice::asked).sum();
        // In a stripe that is written in part, a lost block may be anything.
        assertThat(Extents.list(array::extents, 0, array.sizeBytes())).hasSizeBetween(20, 40);
        long asked = sparse.stream().mapToLong(SparseDevice::asked).sum() - before;
        // Ten written places, with a hole behind each, on four members; twice for those that are looked at alone.
        assertThat(asked).isLessThan(4 * 20 * 4);
    }

    @Test
    void largeZeroingIsOneCallToEachMemberForManyStripes() throws IOException {
        Shape large = new Shape(RaidLevel.RAID6, 2, 4, 4 * KIB, 8L << 20, 64 * KIB);
        RaidArray array = make(large, false);
        assertThat(array.zeroesFast(0, array.sizeBytes(), true)).isFalse();
        counted.forEach(CountingDevice::reset);
        array.writeZeroes(0, array.sizeBytes(), true, false);
        // 1 MiB of each member at a time where zeroes have to be written, 256 stripes where not.
        assertThat(counted.getFirst().calls(Operation.WRITE_ZEROES)).isEqualTo(8);
        sparse.forEach(device -> device.zeroesFast(true));
        assertThat(array.zeroesFast(0, array.sizeBytes(), true)).isTrue();
        assertThat(array.zeroesFast(4096, 8 * KIB, true)).isFalse();
        assertThat(array.zeroesFast(4096, 16 * KIB, true)).isFalse();
        assertThat(array.zeroesFast(4096, 512 * KIB, true)).isTrue();
        counted.forEach(CountingDevice::reset);
        array.writeZeroes(4096, array.sizeBytes() - 4096, true, false);
        assertThat(counted.getFirst().calls(Operation.WRITE_ZEROES)).isEqualTo(8);
        assertThat(test.check()).isZero();
    }

    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void zeroesWithoutHolesAreAllocatedOnEveryMember(RaidLevel level) throws IOException {
        int layout = switch (level) {
            case RAID5, RAID6 -> 2;
            case RAID10 -> 0x102;
            default -> 0;
        };
        List<Path> images = IntStream.range(0, 4).mapToObj(i -> directory.resolve("m" + i)).toList();
        RaidArray.create(new CreateSpec("allocated", level, layout, level == RaidLevel.RAID1 ? 0 : 65536, 8 << 20,
                level == RaidLevel.RAID0 ? ConsistencyPolicy.NONE : ConsistencyPolicy.BITMAP, 0, false, false, true,
                images, List.of()));
        try (RaidArray array = RaidArray.open(images, OpenOptions.WRITABLE)) {
            array.writeZeroes(0, array.sizeBytes(), false, false);
            long component = level == RaidLevel.RAID0 ? array.sizeBytes() / 4 : array.status().componentBytes();
            for (Path image : images) {
                assertThat(allocatedBytes(image)).as(image.toString()).isGreaterThanOrEqualTo(component);
            }
            array.writeZeroes(0, array.sizeBytes(), true, false);
            if (array.zeroesFast(0, array.sizeBytes(), true)) {
                for (Path image : images) {
                    assertThat(allocatedBytes(image)).as(image.toString()).isLessThan(2 << 20);
                }
                assertThat(Extents.of(array, 0, array.sizeBytes())).isEqualTo(array.sizeBytes() + ":hole");
            }
        }
    }

    /** In units of 512 bytes, by the file system's own account. */
    private static long allocatedBytes(Path path) throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
        return Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip()) * 512;
    }

    @Test
    void visitorsEndTheWalk() throws IOException {
        RaidArray array = make(shape(RaidLevel.RAID5, 2, 3), false);
        for (int i = 0; i < 10; i++) {
            test.write(2L * i * CHUNK, test.bytes(4096));
        }
        int[] calls = {0};
        ExtentVisitor three = (_, _) -> ++calls[0] < 3;
        array.extents(0, array.sizeBytes(), three);
        assertThat(calls[0]).isEqualTo(3);
    }
}
