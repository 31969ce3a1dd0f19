package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.Redundancy;
import dev.ashlar.testing.Extents;
import dev.ashlar.testing.Fault;
import dev.ashlar.testing.FaultDevice;
import dev.ashlar.testing.GateDevice;
import dev.ashlar.testing.Operation;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How well an array says its parts are protected. */
class RedundancyTest {
    private static final int KIB = 1024;
    private static final int CHUNK = 16 * KIB;
    private static final int COMPONENT = 8 << 20;

    private final TestArray test = new TestArray(1234);

    private RaidArray make(Shape shape) throws IOException {
        int[] all = IntStream.range(0, shape.raidDisks()).map(i -> test.addDisk(shape.diskBytes())).toArray();
        shape.create(test, IntStream.of(all).boxed().toList(), "redundancy");
        return test.open(all);
    }

    private static Shape shape(RaidLevel level, int layout, int disks) {
        return new Shape(level, layout, disks, level == RaidLevel.RAID1 ? 0 : CHUNK, COMPONENT, 64 * KIB);
    }

    /** Lengths and flags in order, such as "4096:0 512:D". */
    private String redundancy() throws IOException {
        return Extents.list(test.array::redundancy, 0, test.array.sizeBytes()).stream()
                .map(extent -> extent.length() + ":"
                + ((extent.flags() & Redundancy.DEGRADED) != 0 ? "D" : "0")
                + ((extent.flags() & Redundancy.REBUILDING) != 0 ? "R" : "")
                + ((extent.flags() & Redundancy.LOST) != 0 ? "L" : "")).collect(Collectors.joining(" "));
    }

    private void fail(int disk) throws IOException {
        test.array.failMember(test.names.get(disk));
    }

    private void addSpare() throws IOException {
        int spare = test.addDisk(test.disks.getFirst().sizeBytes());
        test.array.addMember(test.device(spare), true);
    }

    @Test
    void aRaid6IsHealthyThenDegradedThenRebuildingUpToWhereTheRebuildIs() throws IOException {
        RaidArray array = make(shape(RaidLevel.RAID6, 2, 5));
        long size = array.sizeBytes();
        assertThat(redundancy()).isEqualTo(size + ":0");
        fail(1);
        assertThat(redundancy()).isEqualTo(size + ":D");
        fail(3);
        assertThat(redundancy()).isEqualTo(size + ":D");
        addSpare();
        test.array.maintain();
        // A step of the rebuild is 4 MiB of a component; role 3 is vacant still.
        assertThat(redundancy()).isEqualTo((12 << 20) + ":D " + (12 << 20) + ":DR");
        test.settle();
        addSpare();
        test.array.maintain();
        assertThat(redundancy()).isEqualTo((12 << 20) + ":0 " + (12 << 20) + ":DR");
        test.settle();
        assertThat(redundancy()).isEqualTo(size + ":0");
    }

    @Test
    void aMirrorIsHealthyUpToWhereItsRebuildIs() throws IOException {
        RaidArray array = make(shape(RaidLevel.RAID1, 0, 2));
        fail(0);
        assertThat(redundancy()).isEqualTo(array.sizeBytes() + ":D");
        addSpare();
        test.array.maintain();
        assertThat(redundancy()).isEqualTo((4 << 20) + ":0 " + (4 << 20) + ":DR");
        test.settle();
        assertThat(redundancy()).isEqualTo(array.sizeBytes() + ":0");
    }

    @Test
    void aMirrorOfStripesIsDegradedWhereTheLostMemberHadACopy() throws IOException {
        RaidArray array = make(shape(RaidLevel.RAID10, 0x102, 4));
        fail(2);
        String row = CHUNK + ":0 " + CHUNK + ":D";
        assertThat(redundancy()).startsWith(row + " " + row + " " + row)
                .hasSize((int) (array.sizeBytes() / CHUNK / 2) * (row.length() + 1) - 1);
    }

    @Test
    void blocksThatNothingCanTellAreLostAndOnlyThose() throws IOException {
        RaidArray array = make(shape(RaidLevel.RAID5, 2, 3));
        test.write(0, test.bytes((int) array.sizeBytes()));
        fail(0);
        FaultDevice disk = test.disks.get(1);
        disk.inject(Fault.on(Operation.READ).in(disk.sizeBytes() - COMPONENT + 5 * CHUNK, 512));
        addSpare();
        test.settle();
        // The spare has a bad block, of parity, where disk 1 could not be read; with disk 1 gone as well, that is lost.
        assertThat(redundancy()).isEqualTo(10 * CHUNK + ":0 4096:D 12288:0 4096:D "
                + (array.sizeBytes() - 11 * CHUNK - 4096) + ":0");
        disk.heal();
        fail(1);
        assertThat(Extents.list(array::redundancy, 10 * CHUNK, 2 * CHUNK).stream()
                .filter(extent -> (extent.flags() & Redundancy.LOST) != 0).mapToLong(Extents.Extent::length).sum())
                .isEqualTo(4096);
    }

    @Test
    void whatAwaitsAResyncIsDegradedAndRebuilding() throws IOException {
        RaidArray array = make(shape(RaidLevel.RAID5, 2, 4));
        test.write(0, test.bytes(1000));
        array.abandon();
        test.open(0, 1, 2, 3);
        // One bit of the bitmap covers four stripes.
        assertThat(redundancy()).isEqualTo(4 * 3 * CHUNK + ":DR " + (array.sizeBytes() - 4 * 3 * CHUNK) + ":0");
        test.array.abandon();
        test.open(OpenOptions.READ_ONLY, 0, 1, 2, 3);
        assertThat(redundancy()).isEqualTo(4 * 3 * CHUNK + ":D " + (array.sizeBytes() - 4 * 3 * CHUNK) + ":0");
        test.array.close();
        test.open(OpenOptions.READ_ONLY, 0, 1, 2);
        // The first stripe lacks its parity only, the next ones data that parity cannot give.
        assertThat(redundancy()).startsWith(3 * CHUNK + ":D " + CHUNK + ":DL " + 3 * CHUNK + ":D ");
    }

    @Test
    void theAnswerNeedsNoMember() throws IOException {
        Shape shape = shape(RaidLevel.RAID6, 2, 4);
        GateDevice gate = new GateDevice(new MemoryDevice("gate", shape.diskBytes()));
        for (int i = 0; i < 3; i++) {
            test.addDisk(shape.diskBytes());
        }
        test.addDisk(gate);
        shape.create(test, IntStream.range(0, 4).boxed().toList(), "redundancy");
        test.open(0, 1, 2, 3);
        gate.hold(Operation.READ, Operation.WRITE, Operation.FLUSH, Operation.EXTENTS);
        assertThat(redundancy()).isEqualTo(test.array.sizeBytes() + ":0");
        gate.release();
    }

    @Test
    void largeArraysAreWalkedByChangesOfState() throws IOException {
        Shape large = new Shape(RaidLevel.RAID6, 2, 8, 64 * KIB, 512L << 30, 64L << 20);
        RaidArray array = make(large);
        fail(4);
        addSpare();
        test.array.maintain();
        int[] calls = {0};
        // By chunks this would be some fifty million steps for each call.
        for (int i = 0; i < 1000; i++) {
            array.redundancy(0, array.sizeBytes(), (_, _) -> ++calls[0] > 0);
        }
        assertThat(calls[0]).isEqualTo(2000);
    }
}
