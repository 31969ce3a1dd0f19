package dev.ashlar.raid.superblock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.testing.Fixtures;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuperblockIoTest {
    private static final long BYTES = 8 << 20;

    @Test
    void goldenMembersAreFoundAtTheirPlaces() throws Exception {
        for (String name : List.of("raid0-2d-64k", "raid5-journal-3d", "raid5-meta10-3d-bitmap", "raid1-meta11-2d")) {
            Fixtures.Array array = Fixtures.array(name);
            for (Fixtures.Member member : array.members()) {
                try (BlockDevice device = device(member.image())) {
                    Superblock superblock = SuperblockIo.read(device, member.file());
                    assertThat(superblock).isEqualTo(Golden.superblock(array, member));
                    assertThat(superblock.version()).isEqualTo(array.manifest().get("metadata").text());
                }
            }
        }
    }

    @Test
    void writtenSuperblockIsReadBackAndLeavesTheRestAlone() throws Exception {
        for (String name : new String[] {"raid5-meta10-3d-bitmap", "raid6-meta11-4d", "raid1-3d"}) {
            Fixtures.Member member = Fixtures.array(name).members().getFirst();
            byte[] image = member.image();
            try (BlockDevice device = device(image)) {
                Superblock old = SuperblockIo.read(device, name);
                SuperblockIo.write(device, old);
                assertThat(bytes(device, 0, image.length)).isEqualTo(image);
                Superblock changed = old.withArray(old.array().withEvents(99).withResyncOffset(0).withUtime(7));
                SuperblockIo.write(device, changed);
                assertThat(SuperblockIo.read(device, name)).isEqualTo(changed);
            }
        }
    }

    @Test
    void twoValidSuperblocksAreNotGuessedBetween() throws Exception {
        Superblock inside = Golden.superblock("raid1-3d", 0);
        long sectors = Golden.deviceSectors(Fixtures.array("raid1-3d").members().getFirst());
        try (BlockDevice device = new MemoryDevice(sectors * 512)) {
            SuperblockIo.write(device, inside);
            MemberFields m = inside.member();
            long end = SuperblockLayout.superblockSector(0, sectors);
            Superblock atEnd = new Superblock(0, inside.array(),
                    new MemberFields(m.devNumber(), m.deviceUuid(), 0, 0, end - 8, end, 0, 0, 0, 0, 0, 0, 0));
            SuperblockIo.write(device, atEnd);
            assertThatExceptionOfType(SuperblockException.class).isThrownBy(() -> SuperblockIo.read(device, "x.img"))
                    .withMessageContaining("x.img: there are two valid superblocks, version 1.2 of array any:raid1-3d")
                    .withMessageContaining("mdadm would take")
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Cause.TWO_SUPERBLOCKS));
            assertThat(SuperblockIo.read(device, "x.img", 0)).isEqualTo(atEnd);
            assertThat(SuperblockIo.read(device, "x.img", 2)).isEqualTo(inside);

            SuperblockIo.erase(device);
            assertNone(device);
            assertThat(SuperblockIo.foreignContent(device)).isEmpty();
        }
    }

    @Test
    void damageIsToldRatherThanAbsence() throws Exception {
        try (BlockDevice device = device(Fixtures.array("raid1-3d").members().getFirst().image())) {
            put(device, 4096 + 200, new byte[] {77});
            assertThatExceptionOfType(SuperblockException.class).isThrownBy(() -> SuperblockIo.read(device, "m0"))
                    .withMessageStartingWith("m0: the superblock's checksum is")
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Cause.BAD_CHECKSUM));
            assertThat(SuperblockIo.foreignContent(device)).hasValueSatisfying(
                    what -> assertThat(what).contains("an md superblock that cannot be used"));
        }
    }

    @Test
    void oldMetadataIsRecognisedAndErased() throws Exception {
        byte[] little = {(byte) 0xfc, 0x4e, 0x2b, (byte) 0xa9};
        byte[] big = {(byte) 0xa9, 0x2b, 0x4e, (byte) 0xfc};
        for (byte[] magic : new byte[][] {little, big}) {
            try (BlockDevice device = new MemoryDevice(BYTES + 512 * 5)) {
                put(device, BYTES - (64 << 10), magic);
                assertThatExceptionOfType(SuperblockException.class).isThrownBy(() -> SuperblockIo.read(device, "old"))
                        .withMessageContaining("version 0.90");
                SuperblockIo.erase(device);
                assertNone(device);
            }
        }
    }

    @Test
    void tinyDevicesHaveNoSuperblock() throws Exception {
        for (int bytes : new int[] {0, 1, 512, 23 * 512}) {
            try (BlockDevice device = new MemoryDevice(bytes)) {
                assertNone(device);
                assertThat(SuperblockIo.foreignContent(device)).isEmpty();
                SuperblockIo.erase(device);
            }
        }
        try (BlockDevice device = new MemoryDevice(24 * 512)) {
            assertNone(device);
            SuperblockIo.erase(device);
        }
    }

    @Test
    void whatADeviceCarriesIsSaidInWords() throws Exception {
        assertFound("a LUKS encrypted volume", 0, "LUKS\u00ba\u00be");
        assertFound("an LVM2 physical volume", 512, "LABELONE");
        assertFound("a GPT partition table", 512, "EFI PART");
        assertFound("an XFS file system", 0, "XFSB");
        assertFound("a Btrfs file system", 65600, "_BHRfS_M");
        assertFound("swap space", 4086, "SWAPSPACE2");
        assertFound("a qcow2 image", 0, "QFI\u00fb");
        assertFound("a ZFS pool member", (128 << 10) + 5 * 1024, "\f\u00b1\u00ba\0\0\0\0\0");
        assertFound("a boot sector", 510, "\u0055\u00aa");
        assertFound("an ext2 file system", 1080, "\u0053\u00ef");
    }

    @Test
    void extGenerationsAndPartitionTablesAreTold() throws Exception {
        try (BlockDevice device = new MemoryDevice(BYTES)) {
            put(device, 1080, latin("\u0053\u00ef"));
            put(device, 1024 + 92, new byte[] {4});
            assertThat(SuperblockIo.foreignContent(device)).hasValue("an ext3 file system");
            put(device, 1024 + 96, new byte[] {0x40});
            assertThat(SuperblockIo.foreignContent(device)).hasValue("an ext4 file system");
        }
        try (BlockDevice device = new MemoryDevice(BYTES)) {
            put(device, 510, latin("\u0055\u00aa"));
            put(device, 446, new byte[] {(byte) 0x80, 0, 2, 0, (byte) 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0});
            assertThat(SuperblockIo.foreignContent(device)).hasValue("an MBR partition table");
        }
    }

    @Test
    void existingMembersAreNamedWithTheirArray() throws Exception {
        try (BlockDevice device = device(Fixtures.array("raid5-replace-3d").members().getFirst().image())) {
            assertThat(SuperblockIo.foreignContent(device)).hasValue("an md superblock of version 1.2: member of the"
                    + " raid5 array any:raid5-replace-3d (ff2ae3e9:f4f3f6b7:4078439d:4ab5c168)");
        }
    }

    private static void assertNone(BlockDevice device) {
        assertThatExceptionOfType(NoSuperblockException.class).isThrownBy(() -> SuperblockIo.read(device, "x.img"));
    }

    private static void assertFound(String what, long at, String magic) throws IOException {
        try (BlockDevice device = new MemoryDevice(BYTES)) {
            assertThat(SuperblockIo.foreignContent(device)).isEmpty();
            put(device, at, latin(magic));
            assertThat(SuperblockIo.foreignContent(device)).hasValue(what);
        }
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static BlockDevice device(byte[] image) throws IOException {
        BlockDevice device = new MemoryDevice(image.length);
        put(device, 0, image);
        return device;
    }

    static void put(BlockDevice device, long at, byte[] bytes) throws IOException {
        device.write(at, MemorySegment.ofArray(bytes), 0, bytes.length, false);
    }

    static byte[] bytes(BlockDevice device, long at, int length) throws IOException {
        byte[] bytes = new byte[length];
        device.read(at, MemorySegment.ofArray(bytes), 0, length);
        return bytes;
    }
}
