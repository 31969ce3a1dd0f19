package dev.ashlar.raid.layout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.testing.Fixtures;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Volumes that Linux wrote, put together again from the members by geometry alone. */
class MdVolumesTest {
    static Stream<Fixtures.Array> healthyArrays() {
        return Fixtures.arrays("clean", "grown", "badblocks").stream();
    }

    static Stream<Fixtures.Array> stripedArrays() {
        return healthyArrays().filter(array -> array.level() == 0);
    }

    @ParameterizedTest
    @MethodSource("healthyArrays")
    void volumeReadThroughTheLayoutIsTheOneLinuxRead(Fixtures.Array array) {
        byte[] volume = new byte[Math.toIntExact(array.arrayBytes())];
        int readings = array.level() == 1 || array.level() == 10 ? mirror(array).copies() : 1;
        List<byte[]> members = array.dataByRole();
        for (int reading = 0; reading < readings; reading++) {
            read(array, members, volume, reading);
            assertThat(Fixtures.sha256(volume)).as("copy %d", reading).isEqualTo(array.volumeSha256());
        }
    }

    private static void read(Fixtures.Array array, List<byte[]> members, byte[] volume, int copy) {
        switch (RaidLevel.of(array.level())) {
            case RAID0 -> readStriped(striped(array), members, volume);
            case RAID1, RAID10 -> readMirror(mirror(array), members, volume, copy);
            case RAID4, RAID5, RAID6 -> readParity(parity(array), members, volume);
        }
    }

    private static void readStriped(StripedGeometry geometry, List<byte[]> members, byte[] volume) {
        assertThat(geometry.arrayBytes()).isEqualTo(volume.length);
        for (long chunk = 0; chunk < geometry.arrayChunks(); chunk++) {
            copy(members.get(geometry.role(chunk)), geometry.memberOffset(chunk), volume,
                    chunk * geometry.chunkBytes(), geometry.chunkBytes());
        }
    }

    private static void readMirror(MirrorGeometry geometry, List<byte[]> members, byte[] volume, int copy) {
        assertThat(geometry.arrayBytes()).isEqualTo(volume.length);
        for (long chunk = 0; chunk < geometry.arrayChunks(); chunk++) {
            long offset = chunk * geometry.chunkBytes();
            long length = Math.min(geometry.chunkBytes(), volume.length - offset);
            copy(members.get(geometry.copyRole(chunk, copy)), geometry.copyMemberOffset(chunk, copy), volume, offset,
                    length);
        }
    }

    private static void readParity(ParityGeometry geometry, List<byte[]> members, byte[] volume) {
        assertThat(geometry.arrayBytes()).isEqualTo(volume.length);
        for (long chunk = 0; chunk < geometry.arrayBytes() / geometry.chunkBytes(); chunk++) {
            long stripe = geometry.stripeOf(chunk);
            int role = geometry.dataRole(stripe, geometry.indexOf(chunk));
            copy(members.get(role), stripe * geometry.chunkBytes(), volume, chunk * geometry.chunkBytes(),
                    geometry.chunkBytes());
        }
    }

    @ParameterizedTest
    @MethodSource("stripedArrays")
    void unequalStripedMembersAreRecognised(Fixtures.Array array) {
        assertThat(striped(array).layoutMatters()).isEqualTo(array.name().contains("unequal"));
    }

    static StripedGeometry striped(Fixtures.Array array) {
        long[] sizes = new long[array.raidDisks()];
        for (int role = 0; role < sizes.length; role++) {
            sizes[role] = array.memberInRole(role).superblock().get("data_size").number();
        }
        return StripedGeometry.of(array.layout(), array.chunkBytes() / 512, sizes);
    }

    static MirrorGeometry mirror(Fixtures.Array array) {
        long sectors = array.componentBytes() / 512;
        return array.level() == 1
                ? MirrorGeometry.raid1(array.raidDisks(), sectors)
                : MirrorGeometry.raid10(array.layout(), array.raidDisks(), array.chunkBytes() / 512, sectors);
    }

    static ParityGeometry parity(Fixtures.Array array) {
        return ParityGeometry.of(RaidLevel.of(array.level()), array.layout(), array.raidDisks(),
                array.chunkBytes() / 512, array.componentBytes() / 512);
    }

    private static void copy(byte[] source, long sourceOffset, byte[] target, long targetOffset, long length) {
        System.arraycopy(source, Math.toIntExact(sourceOffset), target, Math.toIntExact(targetOffset),
                Math.toIntExact(length));
    }
}
