package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.testing.CountingDevice;
import dev.ashlar.testing.Operation;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Whole stripes of chunks so large that their parity is computed in several parts. */
class FullStripeTest {
    private static final int KIB = 1024;
    private static final int CHUNK = 512 * KIB;
    private static final int DATA_DISKS = 2;
    private static final int STRIPE = DATA_DISKS * CHUNK;

    private final TestArray test = new TestArray(815);
    private final List<CountingDevice> counted = new ArrayList<>();

    private RaidArray make(RaidLevel level) throws IOException {
        int members = level == RaidLevel.RAID6 ? 4 : 3;
        Shape shape = new Shape(level, level == RaidLevel.RAID4 ? 0 : 2, members, CHUNK, 4096 * KIB, 64 * KIB);
        List<Integer> disks = IntStream.range(0, members).map(i -> {
            CountingDevice disk = new CountingDevice(new MemoryDevice("disk" + i, shape.diskBytes()));
            counted.add(disk);
            return test.addDisk(disk);
        }).boxed().toList();
        shape.create(test, disks, "stripes");
        return test.open(disks.stream().mapToInt(Integer::intValue).toArray());
    }

    private void write(RaidArray array, byte[] content, long offset, int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = test.bytes(length);
            MemorySegment source = arena.allocate(length, 64);
            MemorySegment.copy(bytes, 0, source, ValueLayout.JAVA_BYTE, 0, length);
            array.write(offset, source, 0, length, false);
            System.arraycopy(bytes, 0, content, (int) offset, length);
        }
    }

    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, mode = Mode.INCLUDE, names = {"RAID4", "RAID5", "RAID6"})
    void parityAgreesAndGivesBackWhatIsLost(RaidLevel level) throws IOException {
        RaidArray array = make(level);
        byte[] content = new byte[(int) array.sizeBytes()];
        write(array, content, 0, content.length);
        assertThat(test.check()).isZero();
        write(array, content, 300 * KIB + 512, content.length - 700 * KIB);
        assertThat(test.check()).isZero();
        for (int lost = 0; lost < (level == RaidLevel.RAID6 ? 2 : 1); lost++) {
            array.failMember("disk" + lost);
            assertThat(test.read(0, content.length)).isEqualTo(content);
            write(array, content, 0, content.length);
            assertThat(test.read(0, content.length)).isEqualTo(content);
        }
    }

    @Test
    void aDataBlockIsWrittenInOneCallAndNothingIsRead() throws IOException {
        RaidArray array = make(RaidLevel.RAID6);
        byte[] content = new byte[(int) array.sizeBytes()];
        write(array, content, 0, STRIPE);
        counted.forEach(CountingDevice::reset);
        write(array, content, 0, STRIPE);
        assertThat(counted).extracting(disk -> disk.bytes(Operation.WRITE)).containsOnly((long) CHUNK);
        assertThat(counted).extracting(disk -> disk.calls(Operation.READ)).containsOnly(0L);
        assertThat(counted.stream().filter(disk -> disk.calls(Operation.WRITE) == 1)).hasSize(DATA_DISKS);
    }
}
