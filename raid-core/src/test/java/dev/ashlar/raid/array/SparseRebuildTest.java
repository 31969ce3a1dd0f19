package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.raid.RaidLevel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A rebuild writes no zeroes to a hole, and never spares a block that holds anything else. */
class SparseRebuildTest {
    private static final int KIB = 1024;
    private static final int COMPONENT = 4096 * KIB;

    /** Shapes in which every member is rebuilt from others in its own way. */
    enum Kind {
        RAID1(new Shape(RaidLevel.RAID1, 0, 2, 0, COMPONENT, 64 * KIB)),
        RAID10(new Shape(RaidLevel.RAID10, 0x102, 4, 64 * KIB, COMPONENT, 64 * KIB)),
        RAID5(new Shape(RaidLevel.RAID5, 2, 3, 64 * KIB, COMPONENT, 64 * KIB)),
        RAID6(new Shape(RaidLevel.RAID6, 2, 4, 64 * KIB, COMPONENT, 64 * KIB));

        private final Shape shape;

        Kind(Shape shape) {
            this.shape = shape;
        }
    }

    private final TestArray test = new TestArray(2718);
    private byte[] content;

    private void make(Shape shape) throws IOException {
        List<Integer> disks = IntStream.range(0, shape.raidDisks())
                .map(i -> test.addDisk(shape.diskBytes())).boxed().toList();
        shape.create(test, disks, "sparse");
        test.open(disks.stream().mapToInt(Integer::intValue).toArray());
        content = new byte[(int) test.array.sizeBytes()];
        byte[] some = test.bytes(100 * KIB);
        System.arraycopy(some, 0, content, 1000 * KIB, some.length);
        test.write(1000 * KIB, some);
    }

    private void replaceOne(MemoryDevice spare) throws IOException {
        test.array.failMember("disk1");
        test.array.removeMember("disk1");
        test.array.addMember(test.device(test.addDisk(spare)), false);
        test.settle();
        assertThat(test.array.status().degradedDisks()).isZero();
        assertThat(test.check()).isZero();
        assertThat(Arrays.equals(test.read(0, content.length), content)).isTrue();
    }

    private static long allocatedBytes(MemoryDevice device, long from) throws IOException {
        long[] allocated = new long[1];
        device.extents(from, device.sizeBytes() - from, (length, flags) -> {
            allocated[0] += (flags & ExtentVisitor.HOLE) == 0 ? length : 0;
            return true;
        });
        return allocated[0];
    }

    @ParameterizedTest
    @EnumSource
    void aSparseDeviceStaysSparse(Kind kind) throws IOException {
        make(kind.shape);
        MemoryDevice spare = new MemoryDevice("spare", kind.shape.diskBytes());
        replaceOne(spare);
        long data = kind.shape.diskBytes() - COMPONENT;
        assertThat(allocatedBytes(spare, data)).isBetween(1L, 512L * KIB);
    }

    @ParameterizedTest
    @EnumSource
    void whatAUsedDeviceHoldsIsOverwritten(Kind kind) throws IOException {
        make(kind.shape);
        MemoryDevice spare = new MemoryDevice("spare", kind.shape.diskBytes());
        for (int i = 0; i < 50; i++) {
            long at = kind.shape.diskBytes() - COMPONENT + test.random.nextInt(COMPONENT - 512);
            spare.write(at, MemorySegment.ofArray(test.bytes(512)), 0, 512, false);
        }
        replaceOne(spare);
    }
}
