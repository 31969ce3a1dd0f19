package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.NoSpaceException;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.testing.Fault;
import dev.ashlar.testing.Operation;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What an array tells its owner about things that keep it from nothing. */
class OwnerWordsTest {
    private static final int KIB = 1024;
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final Shape RAID5 = new Shape(RaidLevel.RAID5, 2, 3, 16 * KIB, 1024 * KIB, 64 * KIB);

    private final TestArray test = new TestArray(815);

    private void make(Shape shape) throws IOException {
        List<Integer> disks = IntStream.range(0, shape.raidDisks())
                .map(i -> test.addDisk(shape.diskBytes())).boxed().toList();
        shape.create(test, disks, "words");
        test.open(disks.stream().mapToInt(Integer::intValue).toArray());
    }

    private void fill(int disk) {
        long data = RAID5.diskBytes() - RAID5.componentBytes();
        test.disks.get(disk).inject(Fault.on(Operation.WRITE).in(data, RAID5.componentBytes()).withNoSpace());
    }

    @Test
    void refusedWritesAreToldForSomeTime() throws IOException {
        make(RAID5);
        test.write(0, test.bytes(1000));
        assertThat(test.array.status().warnings()).isEmpty();
        fill(1);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> test.write(0, test.bytes(100_000))).isInstanceOf(NoSpaceException.class);
        }
        assertThat(test.array.status().warnings()).anyMatch(warning ->
                warning.startsWith("Storage is full: 3 writes were refused") && warning.contains("disk1: write failed"));
        test.disks.get(1).heal();
        test.write(0, test.bytes(1000));
        test.nanos.addAndGet(11 * MINUTE_NANOS);
        assertThat(test.array.status().warnings()).noneMatch(warning -> warning.startsWith("Storage is full"));
    }

    @Test
    void aPassThatIsHeldUpHasNoSpeed() throws IOException {
        make(RAID5);
        test.write(0, test.bytes((int) test.array.sizeBytes()));
        test.array.failMember("disk0");
        int spare = test.addDisk(RAID5.diskBytes());
        assertThat(test.array.addMember(test.device(spare), false)).isEqualTo("disk3 is added, to be rebuilt in a vacant role");
        fill(spare);
        test.nanos.addAndGet(1_000_000_000L);
        test.array.maintain();
        assertThat(test.array.status().progress().bytesPerSecond()).isZero();
        assertThat(test.array.status().progress().secondsLeft()).isEqualTo(-1);
        assertThat(test.array.status().warnings()).anyMatch(warning ->
                warning.startsWith("The background pass is held up: waits for space: disk3"));
        test.disks.get(spare).heal();
        test.nanos.addAndGet(10_000_000_000L);
        test.settle();
        assertThat(test.array.status().degradedDisks()).isZero();
    }

    @Test
    void aCheckThatWaitsIsNotSaidToRun() throws IOException {
        make(RAID5);
        test.write(0, test.bytes((int) test.array.sizeBytes()));
        test.array.failMember("disk0");
        test.array.addMember(test.device(test.addDisk(RAID5.diskBytes())), false);
        test.array.requestAction(SyncAction.REPAIR);
        assertThatThrownBy(() -> test.array.requestAction(SyncAction.CHECK)).isInstanceOf(ArrayRefusedException.class)
                .hasMessage("words: a repair was asked for already, and waits until the array is rebuilt and in sync");
    }

    @Test
    void whatWasLeftOutCanBeRemoved() throws IOException {
        make(RAID5);
        test.array.failMember("disk1");
        test.write(0, test.bytes(100_000));
        test.array.close();
        test.open(0, 1, 2);
        assertThat(test.array.status().members()).anyMatch(member ->
                member.name().equals("disk1") && member.state() == MemberState.STALE);
        test.array.removeMember("disk1");
        assertThat(test.array.status().members()).noneMatch(member -> member.name().equals("disk1"));
        assertThat(test.array.status().warnings()).noneMatch(warning -> warning.contains("disk1"));
        assertThatThrownBy(() -> test.array.removeMember("disk1")).hasMessageContaining("is no member of words");
    }

    @Test
    void aRefusalNamesWhatCouldNotBeUsed() throws IOException {
        make(RAID5);
        test.array.close();
        int blank = test.addDisk(RAID5.diskBytes());
        assertThatThrownBy(() -> test.open(0, blank)).isInstanceOf(ArrayRefusedException.class)
                .hasMessageContaining("missing: 1, 2")
                .hasMessageEndingWith("; could not be used: disk3: there is no md superblock");
    }
}
