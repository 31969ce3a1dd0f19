package dev.ashlar.raid.superblock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.testing.Fixtures;
import dev.ashlar.testing.Json;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SuperblockTest {
    private static final long SECTORS = 16384;

    @Test
    void everyGoldenSuperblockDecodesToItsManifest() throws Exception {
        for (Fixtures.Array array : Fixtures.arrays()) {
            for (Fixtures.Member member : array.members()) {
                Superblock superblock = Golden.superblock(array, member);
                assertThat(facts(superblock)).as(array.name() + "/" + member.file())
                        .isEqualTo(expected(member.superblock()));
                checkOptionalFields(superblock, member.superblock());
            }
        }
    }

    @Test
    void everyGoldenSuperblockIsWrittenBackByteForByte() throws Exception {
        for (Fixtures.Array array : Fixtures.arrays()) {
            for (Fixtures.Member member : array.members()) {
                Superblock superblock = Golden.superblock(array, member);
                MemorySegment written = MemorySegment.ofArray(new byte[superblock.encodedBytes()]);
                written.fill((byte) 0x5a);
                superblock.encode(written, 0);
                MemorySegment read = Golden.superblockBytes(member).asSlice(0, superblock.encodedBytes());
                assertThat(written.mismatch(read)).as(array.name() + "/" + member.file()).isEqualTo(-1);
                assertThat(superblock.checksum()).isEqualTo(read.get(SuperblockLayout.U32, 216));
            }
        }
    }

    private static List<Object> facts(Superblock superblock) {
        ArrayFields array = superblock.array();
        MemberFields member = superblock.member();
        return new ArrayList<>(List.of((long) superblock.features(), MdText.uuid(array.setUuid()).replace(":", ""),
                array.name(), array.level().number(), array.layout(), array.sizeSectors(), array.chunkSectors(),
                array.raidDisks(), member.dataOffset(), member.dataSize(), member.superOffset(), member.devNumber(),
                MdText.uuid(member.deviceUuid()).replace(":", ""), member.devFlags(), member.badBlockShift(),
                member.badBlockSectors(), member.badBlockOffset(), array.events(), array.resyncOffset(),
                array.roles().maxDev(), superblock.role(), array.roles().toString()));
    }

    private static List<Object> expected(Json json) {
        List<String> roles = json.get("roles").list().stream().map(role -> Roles.word(Golden.role(role))).toList();
        return new ArrayList<>(List.of(json.get("feature_map").number(), json.get("set_uuid").text(),
                json.get("set_name").text(), json.get("level").integer(), json.get("layout").integer(),
                json.get("size_sectors").number(), json.get("chunk_sectors").integer(),
                json.get("raid_disks").integer(), json.get("data_offset").number(), json.get("data_size").number(),
                json.get("super_sector").number(), json.get("dev_number").integer(), json.get("device_uuid").text(),
                json.get("devflags").integer(), json.get("bblog_shift").integer(), json.get("bblog_size").integer(),
                json.get("bblog_offset").integer(), json.get("events").number(), json.get("resync_offset").number(),
                json.get("max_dev").integer(), Golden.role(json.get("role")), roles.toString()));
    }

    private static void checkOptionalFields(Superblock superblock, Json json) {
        if (!json.get("bitmap_offset").isNull()) {
            assertThat(superblock.array().bitmapOffset()).isEqualTo(json.get("bitmap_offset").integer());
        }
        if (!json.get("ppl_offset").isNull()) {
            assertThat(superblock.array().pplOffset()).isEqualTo(json.get("ppl_offset").integer());
            assertThat(superblock.array().pplSectors()).isEqualTo(json.get("ppl_size").integer());
        }
        for (String field : new String[] {"recovery_offset", "journal_tail"}) {
            if (!json.get(field).isNull()) {
                assertThat(superblock.member().recoveryOffset()).isEqualTo(json.get(field).number());
            }
        }
        if (!json.get("reshape_position").isNull()) {
            assertThat(superblock.reshape()).isEqualTo(new Reshape(json.get("new_level").integer(),
                    json.get("reshape_position").number(), json.get("delta_disks").integer(),
                    json.get("new_layout").integer(), json.get("new_chunk").integer()));
            assertThat(superblock.member().newOffset()).isEqualTo(json.get("new_offset").integer());
        }
    }

    @Test
    void everyChangedByteUnderTheChecksumIsRefused() throws Exception {
        for (String name : new String[] {"raid5-ls-4d-4k-bitmap", "raid5-meta10-3d-bitmap", "raid5-grown-3to4"}) {
            Fixtures.Array array = Fixtures.array(name);
            Fixtures.Member member = array.members().getFirst();
            MemorySegment bytes = Golden.superblockBytes(member);
            int minor = Golden.minorVersion(array);
            for (int at = 0; at < 512; at++) {
                byte good = bytes.get(ValueLayout.JAVA_BYTE, at);
                for (int bit : new int[] {0, 7}) {
                    bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (good ^ 1 << bit));
                    assertThatExceptionOfType(SuperblockException.class).as(name + " byte " + at)
                            .isThrownBy(() -> Superblock.decode(bytes, 0, minor, Golden.deviceSectors(member)));
                }
                bytes.set(ValueLayout.JAVA_BYTE, at, good);
            }
            Superblock.decode(bytes, 0, minor, Golden.deviceSectors(member));
        }
    }

    @Test
    void eachReasonForRefusalIsNamed() throws Exception {
        assertReason(Cause.NO_SUPERBLOCK, false, bytes -> bytes.set(SuperblockLayout.U32, 0, 0));
        assertReason(Cause.OTHER_METADATA, false, bytes -> bytes.set(SuperblockLayout.U32, 4, 0));
        assertReason(Cause.BAD_CHECKSUM, false, bytes -> bytes.set(SuperblockLayout.U64, 200, 77));
        assertReason(Cause.DAMAGED_SUPERBLOCK, false, bytes -> bytes.set(SuperblockLayout.U32, 220, 1921));
        assertReason(Cause.DAMAGED_SUPERBLOCK, false, bytes -> bytes.set(SuperblockLayout.U32, 220, -1));
        assertReason(Cause.WRONG_PLACE, true, bytes -> bytes.set(SuperblockLayout.U64, 144, 16));
        assertReason(Cause.UNKNOWN_FEATURE, true, bytes -> bytes.set(SuperblockLayout.U32, 8, 0x2001));
        assertReason(Cause.NEWER_KERNEL, true, bytes -> bytes.set(SuperblockLayout.U32, 12, 1));
        assertReason(Cause.NEWER_KERNEL, true, bytes -> bytes.set(SuperblockLayout.U32, 224, 4096));
        assertReason(Cause.NEWER_KERNEL, true, bytes -> bytes.set(SuperblockLayout.U32, 252, 1));
        assertReason(Cause.UNSUPPORTED_LEVEL, true, bytes -> bytes.set(SuperblockLayout.U32, 72, -1));
        assertReason(Cause.DAMAGED_SUPERBLOCK, true, bytes -> bytes.set(SuperblockLayout.U32, 8, 0x1001));
        assertReason(Cause.DAMAGED_SUPERBLOCK, true, bytes -> bytes.set(SuperblockLayout.U64, 136, 9));
        assertReason(Cause.DAMAGED_SUPERBLOCK, true, bytes -> bytes.set(SuperblockLayout.U64, 136, -1));
        assertReason(Cause.DAMAGED_SUPERBLOCK, true, bytes -> bytes.set(SuperblockLayout.U32, 92, 0));
        assertReason(Cause.DAMAGED_SUPERBLOCK, true, bytes -> bytes.set(SuperblockLayout.U16, 256, (short) 4));
        assertReason(Cause.METADATA_OVERLAPS, true, bytes -> bytes.set(SuperblockLayout.U64, 136, SECTORS - 2047));
        assertReason(Cause.METADATA_OVERLAPS, true, bytes -> bytes.set(SuperblockLayout.U64, 128, 8));
        assertReason(Cause.METADATA_OVERLAPS, true, bytes -> bytes.set(SuperblockLayout.U32, 96, 2048));
        assertReason(Cause.METADATA_OVERLAPS, true, bytes -> bytes.set(SuperblockLayout.U32, 96, -9));
        assertReason(Cause.METADATA_OVERLAPS, true, bytes -> bytes.set(SuperblockLayout.U32, 188, 2040));
    }

    private interface Edit {
        void apply(MemorySegment bytes);
    }

    private static void assertReason(Cause reason, boolean mendChecksum, Edit edit) throws Exception {
        MemorySegment bytes = MemorySegment.ofArray(new byte[SuperblockLayout.MAX_BYTES]);
        Golden.superblock("raid5-ls-4d-4k-bitmap", 0).encode(bytes, 0);
        edit.apply(bytes);
        if (mendChecksum) {
            bytes.set(SuperblockLayout.U32, 216, SuperblockLayout.checksum(bytes, 0, 128));
        }
        assertThatExceptionOfType(SuperblockException.class)
                .isThrownBy(() -> Superblock.decode(bytes, 0, 2, SECTORS))
                .satisfies(e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    @Test
    void placesOfTheThreeVersionsAreMds() {
        assertThat(SuperblockLayout.superblockSector(0, 16384)).isEqualTo(16368);
        assertThat(SuperblockLayout.superblockSector(0, 16391)).isEqualTo(16368);
        assertThat(SuperblockLayout.superblockSector(0, 24)).isEqualTo(8);
        assertThat(SuperblockLayout.superblockSector(1, 24)).isZero();
        assertThat(SuperblockLayout.superblockSector(2, 24)).isEqualTo(8);
        assertThatThrownBy(() -> SuperblockLayout.superblockSector(2, 23)).hasMessageContaining("deviceSectors=23");
    }

    @Test
    void manyDevicesEnlargeTheTableAndTheChecksumFollows() throws Exception {
        Superblock small = Golden.superblock("raid5-ls-3d-64k", 0);
        assertThat(SuperblockLayout.maxDevFor(3)).isEqualTo(128);
        assertThat(SuperblockLayout.maxDevFor(129)).isEqualTo(384);
        Superblock large = small.withArray(small.array().withRole(200, Roles.FAULTY));
        assertThat(large.encodedBytes()).isEqualTo(1024);
        MemorySegment bytes = MemorySegment.ofArray(new byte[SuperblockLayout.MAX_BYTES]);
        large.encode(bytes, 0);
        Superblock again = Superblock.decode(bytes, 0, 2, 2 * 16384);
        assertThat(again).isEqualTo(large).hasSameHashCodeAs(large);
        assertThat(again.array().roles().of(200)).isEqualTo(Roles.FAULTY);
        assertThat(again.array().roles().of(201)).isEqualTo(Roles.SPARE);
        assertThat(again.array().roles().of(5000)).isEqualTo(Roles.SPARE);
        assertThat(again.array().roles().of(-1)).isEqualTo(Roles.SPARE);
    }

    @Test
    void oddTableLengthsHaveAChecksumOverTheirLastHalfWord() {
        byte[] bytes = new byte[4096];
        bytes[256] = 3;
        bytes[257] = 1;
        bytes[258] = 7;
        assertThat(SuperblockLayout.checksum(MemorySegment.ofArray(bytes), 0, 1)).isEqualTo(0x103);
        bytes[0] = bytes[1] = bytes[2] = bytes[3] = -1;
        assertThat(SuperblockLayout.checksum(MemorySegment.ofArray(bytes), 0, 1)).isEqualTo(0x103);
        bytes[216] = 9;
        assertThat(SuperblockLayout.checksum(MemorySegment.ofArray(bytes), 0, 1)).isEqualTo(0x103);
    }

    @Test
    void namesOfAnyBytesSurvive() {
        MemorySegment field = MemorySegment.ofArray(new byte[32]);
        for (String name : new String[] {"", "a", "host:name", "ä€𝄞", "x".repeat(32), "\udc80z\udcff"}) {
            field.fill((byte) 0);
            byte[] bytes = SetName.encode(name);
            MemorySegment.copy(bytes, 0, field, ValueLayout.JAVA_BYTE, 0, bytes.length);
            assertThat(SetName.decode(field, 0)).isEqualTo(name);
        }
        assertThatThrownBy(() -> SetName.encode("x".repeat(33))).hasMessageContaining("33 bytes");
        assertThatThrownBy(() -> SetName.encode("€".repeat(11))).hasMessageContaining("33 bytes");
        assertThatThrownBy(() -> SetName.encode("a\0b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void uuidsAndTimesPrintAsMdadmPrintsThem() throws Exception {
        Superblock superblock = Golden.superblock("raid5-replace-3d", 3);
        assertThat(MdText.uuid(superblock.array().setUuid())).isEqualTo("ff2ae3e9:f4f3f6b7:4078439d:4ab5c168");
        assertThat(MdText.uuid(new UUID(0, 1))).isEqualTo("00000000:00000000:00000000:00000001");
        long raw = MdText.time(1_700_000_000L, 0xabcdef);
        assertThat(MdText.seconds(raw)).isEqualTo(1_700_000_000L);
        assertThat(MdText.microseconds(raw)).isEqualTo(0xabcdef);
    }

    @Test
    void featuresAreSplitByWhoTheyBelongTo() throws Exception {
        Superblock replacement = Golden.superblock("raid5-replace-3d", 3);
        assertThat(replacement.array().features()).isEqualTo(Features.BITMAP_OFFSET);
        assertThat(replacement.member().features()).isEqualTo(Features.RECOVERY_OFFSET | Features.REPLACEMENT);
        assertThat(Features.names(replacement.features())).containsExactly("bitmap", "recovery_offset", "replacement");
        assertThatThrownBy(() -> replacement.array().withFeatures(Features.REPLACEMENT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> replacement.member().withFeatures(Features.PPL))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
