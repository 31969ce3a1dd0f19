package dev.ashlar.raid.superblock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.RaidLevel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class AshlarHeaderTest {
    private static final long BYTES = 64 << 20;
    private static final CreatePlan PLAN =
            CreatePlan.of(Plans.bitmap(Plans.headRoom(Plans.request(RaidLevel.RAID1, 0, 0, 2, BYTES / 512)), 0));
    private static final Superblock SUPERBLOCK = PLAN.superblocks().get(0);
    private static final AshlarHeader FIRST = AshlarHeader.first(SUPERBLOCK, PLAN.areas());

    @Test
    void bytesAreThoseOfThePicture() {
        MemorySegment slot = MemorySegment.ofArray(new byte[AshlarHeader.SLOT_BYTES]);
        new AshlarHeader(0x1122, Plans.SET, new UUID(7, 0), PLAN.areas(), 5, 6, 0xaabbccdd).encode(slot, 0);
        byte[] bytes = slot.toArray(ValueLayout.JAVA_BYTE);
        assertThat(new String(bytes, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("AshlarHd");
        String hex = HexFormat.of().formatHex(bytes, 8, 120);
        assertThat(hex).isEqualTo("01000000" + "00000000" + "2211000000000000"
                + "0123456789abcdeffedcba9876543210" + "00000000000000070000000000000000"
                + "0000210000000000" + "0000010000000000" + "0000300000000000" + "0000000100000000" + "0000200000000000"
                + "0500000000000000" + "0600000000000000" + "ddccbbaa" + "00000000");
    }

    @Test
    void theNewerOfTwoSlotsCountsAndATornOneDoesNot() throws Exception {
        try (BlockDevice device = new MemoryDevice(BYTES)) {
            assertThat(AshlarHeader.read(device)).isEmpty();
            FIRST.write(device);
            assertThat(AshlarHeader.read(device)).hasValue(FIRST);
            assertThat(FIRST.sawLast(SUPERBLOCK)).isTrue();
            Superblock changed = SUPERBLOCK.withArray(SUPERBLOCK.array().withEvents(9));
            assertThat(FIRST.sawLast(changed)).isFalse();
            AshlarHeader second = FIRST.next(changed);
            second.write(device);
            assertThat(AshlarHeader.read(device)).hasValue(second);
            AshlarHeader third = second.next(changed);
            third.write(device);
            assertThat(AshlarHeader.read(device)).hasValue(third);
            long slot = AshlarHeader.OFFSET_BYTES + (third.sequence() & 1) * 4096;
            SuperblockIoTest.put(device, slot + 3000, new byte[] {1});
            assertThat(AshlarHeader.read(device)).as("the third is torn").hasValue(second);
        }
    }

    @Test
    void anErasedMemberHasNoHeaderToOutliveTheNextArray() throws Exception {
        try (BlockDevice device = new MemoryDevice(BYTES)) {
            FIRST.next(SUPERBLOCK).write(device);
            FIRST.next(SUPERBLOCK).next(SUPERBLOCK).write(device);
            SuperblockIo.erase(device);
            assertThat(AshlarHeader.read(device)).isEmpty();
            FIRST.write(device);
            assertThat(AshlarHeader.read(device)).hasValue(FIRST);
        }
    }

    @Test
    void smallDevicesHaveNone() throws Exception {
        try (BlockDevice device = new MemoryDevice(AshlarHeader.OFFSET_BYTES + 8191)) {
            assertThat(AshlarHeader.read(device)).isEmpty();
        }
    }

    @Test
    void everyFlippedBitIsNoticed() throws Exception {
        byte[] bytes = new byte[AshlarHeader.SLOT_BYTES];
        MemorySegment slot = MemorySegment.ofArray(bytes);
        FIRST.encode(slot, 0);
        for (int bit = 0; bit < 8 * bytes.length; bit += 13) {
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(AshlarHeader.decode(slot, 0)).as("bit " + bit).isEmpty();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
        }
        assertThat(AshlarHeader.decode(slot, 0)).hasValue(FIRST);
    }

    @Test
    void aLaterVersionIsRefusedByName() {
        MemorySegment slot = MemorySegment.ofArray(new byte[AshlarHeader.SLOT_BYTES]);
        FIRST.encode(slot, 0);
        slot.set(SuperblockLayout.U32, 8, 2);
        CRC32C crc = new CRC32C();
        crc.update(slot.asSlice(0, 4092).toArray(ValueLayout.JAVA_BYTE));
        slot.set(SuperblockLayout.U32, 4092, (int) crc.getValue());
        assertThatThrownBy(() -> AshlarHeader.decode(slot, 0)).isInstanceOf(ArrayRefusedException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void areasAreGivenUpWhereMdHasMovedIn() {
        long bitmap = PLAN.bitmap().sectors();
        assertThat(FIRST.conflict(SUPERBLOCK, bitmap)).isEmpty();
        assertConflict(FIRST, SUPERBLOCK, 5000, "overlaps the bitmap");
        MemberFields m = SUPERBLOCK.member();
        Superblock moved = SUPERBLOCK.withMember(new MemberFields(0, m.deviceUuid(), 0, m.dataOffset() - 2048,
                m.dataSize(), 8, 0, 0, 0, 0, 8, 16, 0));
        assertConflict(FIRST, moved, bitmap, "the log (sectors 6144 to 38911) reaches into the data");
        Superblock reshaped = SUPERBLOCK.withMember(new MemberFields(0, m.deviceUuid(), Features.NEW_OFFSET,
                m.dataOffset(), m.dataSize(), 8, 0, 0, 0, 0, 8, 16, -96));
        assertConflict(FIRST, reshaped, bitmap, "reaches into the data");
        Superblock badBlocks = SUPERBLOCK.withMember(new MemberFields(0, m.deviceUuid(), 0, m.dataOffset(),
                m.dataSize(), 8, 0, 0, 0, 0, 8, 4096 - 8, 0));
        assertConflict(FIRST, badBlocks, bitmap, "the Ashlar header (sectors 4096 to 4111) overlaps the bad-block log");
        assertConflict(FIRST, PLAN.superblocks().get(1), bitmap, "another member");
        for (ReservedAreas areas : new ReservedAreas[] {
            new ReservedAreas(0, 4096, 3 << 20, 16 << 20, 2 << 20),
            new ReservedAreas(4 << 20, 4096, 3 << 20, 16 << 20, 2 << 20),
            new ReservedAreas(3 << 20, -4096, 4 << 20, 16 << 20, 2 << 20),
            new ReservedAreas(3 << 20, 4096, Long.MAX_VALUE - 4095, 16 << 20, 2 << 20),
            new ReservedAreas(3 << 20, 4096, 4 << 20, 16 << 20, 0),
            new ReservedAreas(3 << 20, 4096, 4 << 20, 16 << 20, 3 << 20)}) {
            assertConflict(AshlarHeader.first(SUPERBLOCK, areas), SUPERBLOCK, bitmap, "make no sense");
        }
    }

    private static void assertConflict(AshlarHeader header, Superblock superblock, long bitmapSectors, String why) {
        assertThat(header.conflict(superblock, bitmapSectors)).hasValueSatisfying(reason ->
                assertThat(reason).contains(why));
    }
}
