package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.FilterDevice;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.block.NoSpaceException;
import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.ArrayState;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.testing.Fault;
import dev.ashlar.testing.FaultDevice;
import dev.ashlar.testing.Operation;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the owner of an array lives through: failures, spares, returns, full disks, stops of both kinds. */
class ArrayLifeTest {
    private static final int KIB = 1024;
    private static final Shape RAID6 = new Shape(RaidLevel.RAID6, 2, 5, 16 * KIB, 1024 * KIB, 64 * KIB);
    private static final Shape RAID5 = new Shape(RaidLevel.RAID5, 2, 4, 16 * KIB, 1024 * KIB, 64 * KIB);
    private static final Shape RAID1 = new Shape(RaidLevel.RAID1, 0, 2, 0, 1024 * KIB, 64 * KIB);

    private final TestArray test = new TestArray(4711);
    private byte[] content;

    private RaidArray make(Shape shape) throws IOException {
        List<Integer> disks = IntStream.range(0, shape.raidDisks())
                .map(i -> test.addDisk(shape.diskBytes())).boxed().toList();
        shape.create(test, disks, "life");
        RaidArray array = test.open(disks.stream().mapToInt(Integer::intValue).toArray());
        content = test.bytes((int) array.sizeBytes());
        test.write(0, content);
        return array;
    }

    private void overwrite(int offset, int length) throws IOException {
        byte[] bytes = test.bytes(length);
        test.write(offset, bytes);
        System.arraycopy(bytes, 0, content, offset, length);
    }

    private void assertContent() throws IOException {
        assertThat(Arrays.equals(test.read(0, content.length), content)).isTrue();
    }

    private MemberStatus member(int disk) {
        return test.array.status().members().stream()
                .filter(status -> status.name().equals(test.names.get(disk))).findFirst().orElseThrow();
    }

    @Test
    void twoDeadMembersOfARaid6LoseNothingAndSparesAreRebuilt() throws IOException {
        make(RAID6);
        test.disks.get(1).kill();
        overwrite(5000, 300_000);
        test.disks.get(3).kill();
        overwrite(77_777, 200_001);
        assertContent();
        assertThat(test.array.status().degradedDisks()).isEqualTo(2);
        assertThat(test.array.addMember(test.device(test.addDisk(RAID6.diskBytes())), false)).contains("rebuilt");
        assertThat(test.array.addMember(test.device(test.addDisk(RAID6.diskBytes())), false)).contains("rebuilt");
        test.settle();
        assertThat(test.array.status().degradedDisks()).isZero();
        assertContent();
        assertThat(test.check()).isZero();
    }

    @Test
    void aThirdLossFailsTheArrayAndRecordsNothing() throws IOException {
        make(RAID6);
        test.disks.get(0).kill();
        test.disks.get(1).kill();
        overwrite(0, 4096);
        long events = test.array.status().events();
        test.disks.get(2).kill();
        assertThatThrownBy(() -> overwrite(0, content.length)).isInstanceOf(ArrayFailedException.class);
        assertThatThrownBy(() -> test.array.flush()).hasMessageContaining("failed");
        assertThat(test.array.status().state()).isEqualTo(ArrayState.FAILED);
        assertThat(test.array.status().events()).isEqualTo(events);
        assertThatThrownBy(() -> test.array.close()).hasMessageContaining("left marked dirty");
        test.disks.get(2).heal();
        test.open(new OpenOptions(true, false, true), 2, 3, 4);
        assertThat(test.array.status().degradedDisks()).isEqualTo(2);
    }

    @Test
    void theOwnerCannotFailWhatTheArrayNeeds() throws IOException {
        make(RAID5);
        test.array.failMember("disk0");
        assertThatThrownBy(() -> test.array.failMember("disk1")).isInstanceOf(ArrayRefusedException.class)
                .hasMessageContaining("cannot do without");
        overwrite(0, 10_000);
        assertContent();
        assertThat(test.array.status().state()).isNotEqualTo(ArrayState.FAILED);
    }

    @Test
    void aMemberThatReturnsGetsOnlyWhatItMissed() throws IOException {
        make(RAID5);
        test.pass(20);
        test.array.failMember("disk2");
        overwrite(100_000, 5_000);
        test.array.removeMember("disk2");
        overwrite(500_000, 5_000);
        assertThat(test.array.addMember(test.device(2), false)).contains("returns to role 2");
        test.settle();
        assertThat(test.array.status().degradedDisks()).isZero();
        assertContent();
        assertThat(test.check()).isZero();
    }

    @Test
    void aMemberWhoseSlotWasTakenMeanwhileIsRebuiltWhole() throws IOException {
        make(RAID5);
        test.pass(20);
        test.array.failMember("disk2");
        test.array.removeMember("disk2");
        int spare = test.addDisk(RAID5.diskBytes());
        test.array.addMember(test.device(spare), false);
        test.array.maintain();
        test.array.failMember("disk" + spare);
        overwrite(100_000, 5_000);
        assertThat(test.array.addMember(test.device(2), false)).contains("rebuilt");
        test.settle();
        assertContent();
        assertThat(test.check()).isZero();
    }

    @Test
    void aReadErrorIsMendedAndCounted() throws IOException {
        make(RAID5);
        long at = RAID5.diskBytes() - RAID5.componentBytes() + 16 * KIB;
        test.disks.get(0).inject(Fault.on(Operation.READ).in(at, 4096));
        test.disks.get(1).inject(Fault.on(Operation.READ).in(at, 4096));
        assertThatThrownBy(this::assertContent).isInstanceOf(DeviceException.class);
        test.disks.forEach(FaultDevice::heal);
        test.disks.get(0).inject(Fault.on(Operation.READ).in(at, 4096).times(2));
        assertContent();
        assertThat(member(0).readErrors()).isPositive();
        assertThat(member(0).state()).isEqualTo(MemberState.IN_SYNC);
        assertThat(test.check()).isZero();
    }

    @Test
    void aShrunkMemberIsFailedAndNeverRead() throws IOException {
        make(RAID6);
        test.disks.get(4).shrinkTo(RAID6.diskBytes() / 2);
        assertContent();
        assertThat(member(4).state()).isEqualTo(MemberState.FAULTY);
        assertContent();
    }

    @Test
    void aMemberThatShrankAndGrewAgainIsRebuiltWhole() throws IOException {
        make(RAID6);
        test.pass(20);
        test.disks.get(4).shrinkTo(RAID6.diskBytes() / 2);
        test.array.flush();
        assertThat(member(4).state()).isEqualTo(MemberState.FAULTY);
        test.array.removeMember("disk4");
        test.disks.get(4).heal();
        long lost = RAID6.diskBytes() / 2;
        test.disks.get(4).writeZeroes(lost, RAID6.diskBytes() - lost, true, false);
        assertThat(test.array.addMember(test.device(4), false)).doesNotContain("missed");
        test.settle();
        assertThat(test.array.status().degradedDisks()).isZero();
        assertThat(test.check()).isZero();
        assertContent();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aShrunkMemberThatNobodyTouchesIsFoundInTimeAndAtTheStop(boolean stop) throws IOException {
        make(RAID5);
        test.pass(20);
        test.disks.get(2).shrinkTo(RAID5.diskBytes() / 2);
        if (stop) {
            test.array.close();
            test.disks.get(2).heal();
            test.open(0, 1, 2, 3);
            assertThat(test.array.status().degradedDisks()).isEqualTo(1);
        } else {
            test.pass(31);
            assertThat(member(2).state()).isEqualTo(MemberState.FAULTY);
        }
        assertContent();
    }

    @Test
    void aMemberThatCannotBeAskedForItsSizeIsNotTakenForShrunk() throws IOException {
        make(RAID5);
        AtomicBoolean silent = new AtomicBoolean();
        int spare = test.addDisk(new FilterDevice(new MemoryDevice("silent", RAID5.diskBytes())) {
            @Override
            public void checkSize() throws IOException {
                if (silent.get()) {
                    throw new DeviceException("silent", "check of the size", 0, 0, "the device is closed");
                }
            }
        });
        test.array.addMember(test.device(spare), false);
        silent.set(true);
        test.pass(31);
        assertThat(member(spare).state()).isEqualTo(MemberState.SPARE);
    }

    @Test
    void aRepairThatIsHeldUpWithinAStepCountsWhatItHasMendedOnce() throws IOException {
        make(RAID5);
        test.pass(20);
        long data = RAID5.diskBytes() - RAID5.componentBytes();
        for (int stripe : new int[] {1, 9}) {
            test.disks.get(0).write(data + stripe * 16L * KIB, MemorySegment.ofArray(test.bytes(4096)), 0, 4096, false);
        }
        for (FaultDevice disk : test.disks) {
            disk.inject(Fault.on(Operation.WRITE).in(data + 9 * 16L * KIB, 16 * KIB).once().withNoSpace());
        }
        test.array.requestAction(SyncAction.REPAIR);
        for (int i = 0; i < 4; i++) {
            test.pass(6);
        }
        test.settle();
        assertThat(test.disks.stream().mapToLong(FaultDevice::failures).sum()).isPositive();
        assertThat(test.array.status().mismatchSectors()).isEqualTo(2 * 8);
        assertThat(test.check()).isZero();
    }

    @Test
    void aDeviceThatIsTooSmallIsToldSo() throws IOException {
        make(RAID5);
        test.array.failMember("disk1");
        test.array.removeMember("disk1");
        int small = test.addDisk(RAID5.diskBytes() - 65_536);
        assertThatThrownBy(() -> test.array.addMember(test.device(small), false))
                .isInstanceOf(ArrayRefusedException.class)
                .hasMessageContaining("is too small: with its " + (RAID5.diskBytes() - 65_536) + " bytes");
    }

    @Test
    void aFailedFlushFailsTheMember() throws IOException {
        make(RAID6);
        test.disks.get(2).inject(Fault.on(Operation.FLUSH).once());
        test.array.flush();
        assertThat(member(2).state()).isEqualTo(MemberState.FAULTY);
        assertContent();
    }

    @Test
    void aFullDiskFailsTheWriteAndNobodyElse() throws IOException {
        for (Shape shape : List.of(RAID5, RAID1)) {
            TestArray fresh = new TestArray(1);
            List<Integer> disks = IntStream.range(0, shape.raidDisks())
                    .map(i -> fresh.addDisk(shape.diskBytes())).boxed().toList();
            shape.create(fresh, disks, "full");
            fresh.open(disks.stream().mapToInt(Integer::intValue).toArray());
            byte[] old = fresh.bytes(400_000);
            fresh.write(0, old);
            long data = shape.diskBytes() - shape.componentBytes();
            fresh.disks.get(1).inject(Fault.on(Operation.WRITE).in(data, shape.componentBytes()).withNoSpace());
            assertThatThrownBy(() -> fresh.write(1000, fresh.bytes(100_000))).isInstanceOf(NoSpaceException.class);
            assertThat(fresh.array.status().degradedDisks()).isZero();
            assertThat(Arrays.equals(fresh.read(101_000, 299_000), Arrays.copyOfRange(old, 101_000, 400_000))).isTrue();
            fresh.disks.get(1).heal();
            fresh.nanos.addAndGet(10_000_000_000L);
            fresh.settle();
            assertThat(fresh.check()).isZero();
        }
    }

    @Test
    void aFullDiskWhileDegradedHarmsNoBlockBesideTheWrite() throws IOException {
        make(RAID5);
        test.disks.get(0).kill();
        overwrite(0, 1000);
        long data = RAID5.diskBytes() - RAID5.componentBytes();
        for (int at = 0; at < content.length - 3000; at += 50_001) {
            int victim = 1 + at % 3;
            test.disks.get(victim).inject(
                    Fault.on(Operation.WRITE).in(data, RAID5.componentBytes()).after(at % 2).withNoSpace());
            byte[] attempt = test.bytes(3000);
            int refused = 0;
            try {
                test.write(at, attempt);
            } catch (NoSpaceException e) {
                refused++;
            }
            test.disks.get(victim).heal();
            if (refused > 0) {
                test.write(at, attempt);
            }
            System.arraycopy(attempt, 0, content, at, 3000);
        }
        assertContent();
    }

    @Test
    void aDiskFullHalfWayThroughABlockNeverChangesWhatALostMemberHeld() throws IOException {
        make(RAID5);
        test.disks.get(0).kill();
        overwrite(0, 1000);
        long data = RAID5.diskBytes() - RAID5.componentBytes();
        for (boolean roomAgain : new boolean[] {true, false}) {
            for (int victim = 1; victim < 4; victim++) {
                int at = (roomAgain ? 0 : 500_000) + victim * 100_000;
                Fault full = Fault.on(Operation.WRITE).in(data, RAID5.componentBytes()).withNoSpace().applying(700);
                test.disks.get(victim).inject(roomAgain ? full.once() : full);
                int refused = 0;
                for (int piece = at; piece < at + 49_152 && refused == 0; piece += 2000) {
                    byte[] attempt = test.bytes(2000);
                    try {
                        test.write(piece, attempt);
                        System.arraycopy(attempt, 0, content, piece, 2000);
                    } catch (NoSpaceException e) {
                        refused = piece;
                    }
                }
                assertThat(refused).isPositive();
                test.disks.get(victim).heal();
                assertNothingWrongBut(refused, 2000);
                overwrite(refused, 2000);
            }
        }
    }

    /** Every sector outside the range reads as it was written, or is refused. */
    private void assertNothingWrongBut(int offset, int length) {
        for (int at = 0; at < content.length; at += 512) {
            if (at + 512 > offset && at < offset + length) {
                continue;
            }
            try {
                assertThat(test.read(at, 512)).isEqualTo(Arrays.copyOfRange(content, at, at + 512));
            } catch (IOException _) {
                // Lost is lost; wrong would be worse.
            }
        }
    }

    @Test
    void anIdleArrayGoesCleanAndAStoppedOneIsClean() throws IOException {
        make(RAID5);
        assertThat(test.array.status().dirty()).isTrue();
        test.pass(30);
        assertThat(test.array.status().dirty()).isFalse();
        assertThat(test.array.status().dirtyRegions()).isZero();
        overwrite(0, 100);
        test.array.close();
        test.open(0, 1, 2, 3);
        assertThat(test.array.status().dirty()).isFalse();
        assertContent();
    }

    @Test
    void anUncleanStopResyncsWhatWasMarkedAndNoMore() throws IOException {
        make(RAID5);
        test.pass(30);
        overwrite(0, 100);
        test.array.abandon();
        test.open(0, 1, 2, 3);
        assertThat(test.array.status().dirtyRegions()).isEqualTo(1);
        test.settle();
        assertContent();
        assertThat(test.check()).isZero();
    }

    @Test
    void aResyncThatMeetsLostDataEndsAlsoWhenOneOfItsStripesIsWrittenAnew() throws IOException {
        make(RAID5);
        test.settle();
        test.array.abandon();
        FaultDevice disk = test.disks.get(1);
        disk.inject(Fault.on(Operation.READ).in(disk.sizeBytes() - 1024 * KIB, 512));
        test.open(0, 1, 2, 3);
        test.settle();
        assertThat(test.array.status().warnings()).anyMatch(warning -> warning.contains("Some data is lost"));
        // Four stripes share a bit; the third is right now, and the first still cannot be.
        overwrite(2 * 48 * KIB, 48 * KIB);
        test.settle();
        disk.heal();
        assertContent();
    }

    @Test
    void aResyncOfAMirrorThatMeetsLostDataEndsWithAMemberMissing() throws IOException {
        make(RAID1);
        test.settle();
        test.array.abandon();
        FaultDevice disk = test.disks.get(0);
        disk.inject(Fault.on(Operation.READ).in(disk.sizeBytes() - 1024 * KIB, 512));
        test.open(new OpenOptions(false, true, true), 0);
        test.settle();
        disk.heal();
        assertContent();
    }

    @Test
    void aRecoveryGoesOnWhereItWasStopped() throws IOException {
        Shape large = new Shape(RaidLevel.RAID5, 2, 4, 512 * KIB, 16384 * KIB, 64 * KIB);
        make(large);
        test.disks.get(3).kill();
        overwrite(0, 100);
        int spare = test.addDisk(large.diskBytes());
        test.array.addMember(test.device(spare), false);
        test.array.maintain();
        test.array.close();
        test.open(0, 1, 2, spare);
        assertThat(member(spare).state()).isEqualTo(MemberState.RECOVERING);
        assertThat(member(spare).recoveredBytes()).isBetween(4L << 20, 8L << 20);
        test.settle();
        assertContent();
        assertThat(test.check()).isZero();
        assertThat(test.array.status().degradedDisks()).isZero();
    }

    @Test
    void twoMembersThatDieTogetherAreNotBothWrittenOff() throws IOException {
        for (Shape shape : List.of(RAID5, RAID1)) {
            TestArray fresh = new TestArray(2);
            List<Integer> disks = IntStream.range(0, shape.raidDisks())
                    .map(i -> fresh.addDisk(shape.diskBytes())).boxed().toList();
            shape.create(fresh, disks, "together");
            fresh.open(disks.stream().mapToInt(Integer::intValue).toArray());
            fresh.write(0, fresh.bytes(200_000));
            fresh.disks.get(0).kill();
            fresh.disks.get(1).kill();
            assertThatThrownBy(() -> {
                fresh.write(0, fresh.bytes(200_000));
                fresh.array.flush();
            }).isInstanceOf(IOException.class);
            assertThat(fresh.array.status().state()).isEqualTo(ArrayState.FAILED);
            assertThatThrownBy(() -> fresh.array.flush()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aMemberTakenInByForceIsStillOneAtTheNextStart() throws IOException {
        make(RAID5);
        test.array.failMember("disk0");
        overwrite(0, 5000);
        test.array.close();
        RaidArray forced = test.open(new OpenOptions(false, true, true), 0, 2, 3);
        test.settle();
        byte[] now = test.read(0, content.length);
        assertThat(forced.status().degradedDisks()).isEqualTo(1);
        test.array.close();
        test.open(0, 2, 3);
        assertThat(Arrays.equals(test.read(0, content.length), now)).isTrue();
    }

    @Test
    void aMemberThatRanAloneMeanwhileIsRebuiltWhole() throws IOException {
        make(RAID1);
        test.pass(20);
        test.array.failMember("disk1");
        test.array.removeMember("disk1");
        TestArray elsewhere = new TestArray(9);
        elsewhere.disks.add(test.disks.get(1));
        elsewhere.names.add("disk1");
        elsewhere.open(new OpenOptions(false, false, true), 0);
        elsewhere.write(700_000, elsewhere.bytes(1000));
        elsewhere.array.close();
        assertThat(test.array.addMember(test.device(1), false)).contains("rebuilt");
        test.settle();
        assertContent();
        assertThat(test.check()).isZero();
    }

    @Test
    void aDirtyArrayWithNothingMarkedIsCleanAgainAfterAStop() throws IOException {
        make(RAID5);
        test.array.abandon();
        test.open(0, 1, 2, 3);
        test.settle();
        test.array.close();
        test.open(0, 1, 2, 3);
        assertThat(test.array.status().dirty()).isFalse();
        assertThat(test.array.status().state()).isEqualTo(ArrayState.CLEAN);
    }

    @Test
    void aCheckSaysWhatItCouldNotCompare() throws IOException {
        make(RAID5);
        assertThat(test.array.status().mismatchSectors()).isNegative();
        test.array.failMember("disk0");
        assertThat(test.check()).isZero();
        assertThat(test.array.status().warnings()).anyMatch(warning -> warning.contains("could not compare 2048 sectors"));
    }

    @Test
    void readOnlyWritesNotAByte() throws IOException {
        make(RAID5);
        test.array.abandon();
        List<Long> sums = sums();
        test.open(OpenOptions.READ_ONLY, 0, 1, 2, 3);
        assertContent();
        test.pass(20);
        assertThatThrownBy(() -> test.write(0, new byte[10])).hasMessageContaining("read-only");
        assertThatThrownBy(() -> test.array.failMember("disk0")).hasMessageContaining("read-only");
        test.array.close();
        assertThat(sums()).isEqualTo(sums);
    }

    private List<Long> sums() throws IOException {
        List<Long> sums = new ArrayList<>();
        for (int disk = 0; disk < test.disks.size(); disk++) {
            byte[] all = new byte[(int) test.disks.get(disk).sizeBytes()];
            test.disks.get(disk).read(0, MemorySegment.ofArray(all), 0, all.length);
            sums.add((long) Arrays.hashCode(all));
        }
        return sums;
    }

    @Test
    void aDirtyDegradedParityArrayStartsByForceOnly() throws IOException {
        make(RAID5);
        test.array.abandon();
        assertThatThrownBy(() -> test.open(0, 1, 2)).isInstanceOf(ArrayRefusedException.class)
                .hasMessageContaining("--force");
        test.open(new OpenOptions(false, true, false), 0, 1, 2);
        assertContent();
    }

    @Test
    void aMemberThatWasAbsentDuringWritesIsStaleAfterwards() throws IOException {
        make(RAID5);
        test.array.close();
        test.open(1, 2, 3);
        overwrite(0, 50_000);
        test.array.close();
        test.open(0, 1, 2, 3);
        assertThat(member(0).state()).isEqualTo(MemberState.STALE);
        assertContent();
    }

    @Test
    void zeroedRangesReadAsZeroesWithRightParity() throws IOException {
        make(RAID6);
        for (int[] range : new int[][] {{0, 48 * KIB}, {10_000, 300_000}, {700_000, 5}, {500_000, 98_304}}) {
            test.array.writeZeroes(range[0], range[1], true, false);
            Arrays.fill(content, range[0], range[0] + range[1], (byte) 0);
        }
        test.array.trim(800_000, 150_000, false);
        Arrays.fill(content, 800_000, 950_000, (byte) 0);
        assertContent();
        assertThat(test.check()).isZero();
        test.disks.get(1).kill();
        test.disks.get(2).kill();
        assertContent();
    }
}
