package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.layout.MirrorGeometry;
import dev.ashlar.testing.Fixtures;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every array made by the real kernel gives what its scenario says. */
class GoldenArraysTest {
    private static final OpenOptions RUN = new OpenOptions(false, false, true);
    private static final OpenOptions LOOK = new OpenOptions(true, false, true);
    private static final ArrayEnvironment ENVIRONMENT = new ArrayEnvironment(System::nanoTime,
            ArrayEnvironment.SYSTEM.wallClock(), ArrayEnvironment.SYSTEM.uuids(), false, 1);
    private static final OpenOptions FORCE = new OpenOptions(false, true, true);

    private static List<MemberDevice> devices(Fixtures.Array array) throws IOException {
        List<MemberDevice> devices = new ArrayList<>();
        for (Fixtures.Member member : array.members()) {
            byte[] image = member.image();
            MemoryDevice device = new MemoryDevice(member.file(), image.length);
            device.write(0, MemorySegment.ofArray(image), 0, image.length, false);
            devices.add(new MemberDevice(member.file(), device));
        }
        return devices;
    }

    private static RaidArray open(Fixtures.Array array, OpenOptions options) throws IOException {
        return ArrayOpener.openDevices(devices(array), options, ENVIRONMENT);
    }

    private static String volumeSha256(RaidArray array) throws IOException {
        byte[] volume = new byte[(int) array.sizeBytes()];
        array.read(0, MemorySegment.ofArray(volume), 0, volume.length);
        return Fixtures.sha256(volume);
    }

    private static void settle(RaidArray array) {
        while (array.status().progress().action() != SyncAction.IDLE || array.maintain()) {
            array.maintain();
        }
    }

    private static long mismatches(RaidArray array) throws IOException {
        array.requestAction(SyncAction.CHECK);
        settle(array);
        return array.status().mismatchSectors();
    }

    private static boolean refused(Fixtures.Array array) {
        return array.scenario().equals("reshape");
    }

    private static boolean journaled(Fixtures.Array array) {
        return array.name().equals("raid5-journal-3d");
    }

    @TestFactory
    Stream<DynamicTest> readOnlyGivesTheVolumeAsTheKernelReadIt() {
        return Fixtures.arrays().stream()
                .filter(array -> !refused(array) && !journaled(array)
                        && array.manifest().get("torn_member").isNull())
                .map(array -> dynamicTest(array.name(), () -> {
                    try (RaidArray opened = open(array, OpenOptions.READ_ONLY)) {
                        assertThat(opened.sizeBytes()).isEqualTo(array.arrayBytes());
                        assertThat(volumeSha256(opened)).isEqualTo(array.volumeSha256());
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> reshapesAreRefusedByName() {
        return Fixtures.arrays("reshape").stream().map(array -> dynamicTest(array.name(), () -> {
            assertThatThrownBy(() -> open(array, OpenOptions.READ_ONLY))
                    .isInstanceOf(ArrayRefusedException.class).hasMessageContaining("reshape");
            assertThatThrownBy(() -> open(array, OpenOptions.WRITABLE))
                    .isInstanceOf(ArrayRefusedException.class).hasMessageContaining("reshape");
        }));
    }

    @TestFactory
    Stream<DynamicTest> journalsThatHoldWritesAreReadByForceOnly() {
        return Fixtures.arrays().stream().filter(GoldenArraysTest::journaled)
                .map(array -> dynamicTest(array.name(), () -> {
                    assertThatThrownBy(() -> open(array, FORCE))
                            .isInstanceOf(ArrayRefusedException.class).hasMessageContaining("journal");
                    assertThatThrownBy(() -> open(array, OpenOptions.READ_ONLY))
                            .isInstanceOf(ArrayRefusedException.class).hasMessageContaining("journal");
                    try (RaidArray opened = open(array, new OpenOptions(true, true, false))) {
                        assertThat(volumeSha256(opened)).isEqualTo(array.volumeSha256());
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> writableArraysEndInSyncWithTheKernelsContent() {
        return Fixtures.arrays().stream().filter(array -> !refused(array) && !journaled(array))
                .map(array -> dynamicTest(array.name(), () -> {
                    try (RaidArray opened = open(array, RUN)) {
                        settle(opened);
                        String expected = array.manifest().get("after_recovery").isNull() ? array.volumeSha256()
                                : array.manifest().get("after_recovery").get("volume_sha256").text();
                        assertThat(volumeSha256(opened)).isEqualTo(expected);
                        if (opened.status().level().isRedundant()) {
                            assertThat(mismatches(opened)).isZero();
                        }
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> aLostMemberIsRebuiltOnABlankDeviceWhateverTheMetadata() {
        return Stream.of("raid5-meta10-3d-bitmap", "raid6-meta11-4d", "raid10-f2-3d-8k", "raid1-3d")
                .map(Fixtures::array).map(array -> dynamicTest(array.name(), () -> {
                    try (RaidArray opened = open(array, RUN)) {
                        opened.failMember("m1.img.gz");
                        opened.addMember(new MemberDevice("blank", new MemoryDevice("blank", 32 << 20)), false);
                        settle(opened);
                        assertThat(opened.status().degradedDisks()).isZero();
                        assertThat(mismatches(opened)).isZero();
                        opened.failMember("m0.img.gz");
                        assertThat(volumeSha256(opened)).isEqualTo(array.volumeSha256());
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> cleanArraysReadRightWithoutAnyMembersTheLevelCanSpare() {
        return Fixtures.arrays("clean", "grown").stream()
                .filter(array -> array.level() != 0 && !journaled(array))
                .map(array -> dynamicTest(array.name(), () -> {
                    List<MemberDevice> devices = devices(array);
                    for (int lost : losses(array).toArray()) {
                        List<MemberDevice> left = new ArrayList<>();
                        for (int i = 0; i < devices.size(); i++) {
                            if ((lost >>> array.members().get(i).role() & 1) == 0) {
                                left.add(new MemberDevice(devices.get(i).name(),
                                        new TestArray.Disk(devices.get(i).device())));
                            }
                        }
                        try (RaidArray opened = ArrayOpener.openDevices(left, LOOK, ENVIRONMENT)) {
                            assertThat(volumeSha256(opened)).as("without roles " + Integer.toBinaryString(lost))
                                    .isEqualTo(array.volumeSha256());
                        }
                    }
                }));
    }

    /** Every set of roles, as bits, whose loss leaves the data whole. */
    private static IntStream losses(Fixtures.Array array) {
        int n = array.raidDisks();
        return IntStream.range(1, 1 << n).filter(lost -> switch (array.level()) {
            case 1 -> Integer.bitCount(lost) < n;
            case 4, 5 -> Integer.bitCount(lost) == 1;
            case 6 -> Integer.bitCount(lost) <= 2;
            default -> MirrorGeometry.raid10(array.layout(), n, array.chunkBytes() / 512, array.componentBytes() / 512)
                    .survives(lost);
        });
    }
}
