package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.raid.ArrayState;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.testing.Fault;
import dev.ashlar.testing.FaultDevice;
import dev.ashlar.testing.Operation;
import dev.ashlar.testing.Power;
import dev.ashlar.testing.PowerCutDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Crashes at the worst moment, of single updates, blocks and caches. The model found what is wrong without these. */
class ArrayCrashTest {
    private static final int KIB = 1024;
    private static final int SUPERBLOCK_AT = 4096;
    private static final Shape RAID1 = new Shape(RaidLevel.RAID1, 0, 2, 0, 256 * KIB, 16 * KIB);
    private static final Shape RAID5 = new Shape(RaidLevel.RAID5, 2, 4, 16 * KIB, 256 * KIB, 16 * KIB);

    private final TestArray test = new TestArray(4711);
    private final List<PowerCutDevice> stores = new ArrayList<>();
    private byte[] content;

    private int addDisk(Shape shape) throws IOException {
        int number = test.disks.size();
        String name = "disk" + number;
        stores.add(new PowerCutDevice(name, new MemoryDevice(name, shape.diskBytes()), new Power()));
        test.disks.add(new FaultDevice(name, stores.getLast()));
        test.names.add(name);
        return number;
    }

    private void make(Shape shape) throws IOException {
        List<Integer> disks = new ArrayList<>();
        for (int i = 0; i < shape.raidDisks(); i++) {
            disks.add(addDisk(shape));
        }
        shape.create(test, disks, "crash");
        test.open(disks.stream().mapToInt(Integer::intValue).toArray());
        content = test.bytes((int) test.array.sizeBytes());
        test.write(0, content);
        test.array.flush();
    }

    private MemberStatus member(int disk) {
        return test.array.status().members().stream()
                .filter(status -> status.name().equals(test.names.get(disk))).findFirst().orElseThrow();
    }

    private byte[] superblock(int disk) throws IOException {
        byte[] bytes = new byte[4096];
        stores.get(disk).read(SUPERBLOCK_AT, MemorySegment.ofArray(bytes), 0, bytes.length);
        return bytes;
    }

    /** As if the updates since then had not reached this disk. */
    private void restore(int disk, byte[] superblock) throws IOException {
        stores.get(disk).write(SUPERBLOCK_AT, MemorySegment.ofArray(superblock), 0, superblock.length, true);
    }

    private Fault data(Operation operation, Shape shape) {
        return Fault.on(operation).in(shape.diskBytes() - shape.componentBytes(), shape.componentBytes());
    }

    @Test
    void twoCrashesInTwoUpdatesLeaveNoMemberBehind() throws IOException {
        make(RAID5);
        for (int crash = 0; crash < 4; crash++) {
            byte[] second = superblock(2);
            byte[] third = superblock(3);
            int spare = addDisk(RAID5);
            test.array.addMember(test.device(spare), false);
            test.array.abandon();
            restore(2, second);
            restore(3, third);
            test.open(0, 1, 2, 3);
            assertThat(test.array.status().degradedDisks()).as("crash %d", crash).isZero();
        }
        assertThat(test.read(0, content.length)).isEqualTo(content);
    }

    @Test
    void aSpareThatWasNotToldOfItsRoleIsStillBeingRebuiltAfterTheNextCrash() throws IOException {
        make(RAID1);
        test.array.failMember("disk1");
        int spare = addDisk(RAID1);
        test.array.addMember(test.device(spare), false);
        byte[] before = superblock(spare);
        // The rebuild cannot begin, so that the only update is the one that gives the role.
        test.disks.get(spare).inject(data(Operation.WRITE, RAID1).withNoSpace());
        test.array.maintain();
        assertThat(member(spare).state()).isEqualTo(MemberState.RECOVERING);
        test.array.abandon();
        restore(spare, before);
        test.open(0, spare);
        test.array.addMember(test.device(addDisk(RAID1)), false);
        test.array.abandon();
        test.open(0, spare);
        assertThat(member(spare).state()).isEqualTo(MemberState.RECOVERING);
        assertThat(test.read(0, content.length)).isEqualTo(content);
    }

    @Test
    void aBlockRewrittenBeforeAPowerCutIsNewOrStillBadButNeverGarbage() throws IOException {
        make(RAID1);
        test.array.failMember("disk1");
        int late = addDisk(RAID1);
        long dataAt = RAID1.diskBytes() - RAID1.componentBytes();
        byte[] garbage = new byte[(int) RAID1.componentBytes()];
        Arrays.fill(garbage, (byte) 0xa5);
        stores.get(late).write(dataAt, MemorySegment.ofArray(garbage), 0, garbage.length, true);
        test.disks.get(0).inject(Fault.on(Operation.READ).in(dataAt + 8192, 4096));
        test.array.addMember(test.device(late), false);
        test.settle();
        assertThat(member(late).badSectors()).isEqualTo(8);
        test.disks.get(0).heal();
        byte[] written = test.bytes(4096);
        test.write(8192, written);
        test.array.abandon();
        test.disks.set(late, new FaultDevice("late", stores.get(late).cutLosingAll()));
        test.open(OpenOptions.READ_ONLY, late);
        byte[] read = written;
        try {
            read = test.read(8192, 4096);
        } catch (IOException e) {
            assertThat(member(late).badSectors()).isEqualTo(8);
        }
        assertThat(read).isEqualTo(written);
    }

    @Test
    void aRepairBringsBadBlocksBackThatTheOthersCanTell() throws IOException {
        make(RAID5);
        test.array.failMember("disk3");
        int late = addDisk(RAID5);
        long dataAt = RAID5.diskBytes() - RAID5.componentBytes();
        test.disks.get(0).inject(Fault.on(Operation.READ).in(dataAt, 64 * KIB));
        test.array.addMember(test.device(late), false);
        test.settle();
        assertThat(member(late).badSectors()).isPositive();
        test.disks.get(0).heal();
        test.array.requestAction(SyncAction.REPAIR);
        test.settle();
        assertThat(member(late).badSectors()).isZero();
        test.array.failMember("disk1");
        assertThat(test.read(0, content.length)).isEqualTo(content);
    }

    @Test
    void whatAKilledProcessWroteIsDurableBeforeAForcedStartCallsItClean() throws IOException {
        make(RAID5);
        test.array.failMember("disk3");
        test.write(0, content);
        assertThat(stores.get(0).unflushedChanges()).isPositive();
        test.array.abandon();
        test.open(new OpenOptions(false, true, false), 0, 1, 2);
        for (int disk = 0; disk < 3; disk++) {
            assertThat(stores.get(disk).unflushedChanges()).isZero();
        }
    }

    @Test
    void withoutAMemberForItsBitmapAnArrayHasFailed() throws IOException {
        make(RAID1);
        test.array.failMember("disk1");
        test.disks.get(0).kill();
        int spare = addDisk(RAID1);
        assertThatThrownBy(() -> test.array.addMember(test.device(spare), false)).isInstanceOf(IOException.class);
        assertThat(test.array.status().state()).isEqualTo(ArrayState.FAILED);
    }
}
