package dev.ashlar.raid.superblock;

import static dev.ashlar.raid.superblock.Plans.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CreatePlanTest {
    private static final long GIB = 1024 * MIB;

    /**
     * Sizes of members, and the data_offset mdadm gave RAID 1 and arrays with 512 KiB chunks (md-format, section 5).
     */
    private static final long[][] MDADM = {
        {8 * MIB, 2048, 4096}, {64 * MIB, 2048, 4096}, {512 * MIB, 2048, 4096}, {GIB, 4096, 4096},
        {2 * GIB, 6144, 6144},
        {4 * GIB, 10240, 10240}, {16 * GIB, 34816, 34816}, {64 * GIB, 133120, 133120}, {128 * GIB, 264192, 264192},
        {300 * GIB, 264192, 264192}, {4096 * GIB, 264192, 264192}
    };

    @Test
    void withoutHeadRoomTheDataBeginWhereMdadmPutsThem() {
        for (long[] row : MDADM) {
            CreatePlan raid1 = CreatePlan.of(Plans.request(RaidLevel.RAID1, 0, 0, 2, row[0]));
            assertThat(raid1.dataOffsetSectors()).as("RAID 1 of " + row[0]).isEqualTo(row[1]);
            CreatePlan raid5 = CreatePlan.of(Plans.request(RaidLevel.RAID5, 2, 1024, 3, row[0]));
            assertThat(raid5.dataOffsetSectors()).as("RAID 5 of " + row[0]).isEqualTo(row[2]);
            assertThat(raid5.componentSectors()).isEqualTo((row[0] - row[2]) / 1024 * 1024);
            assertThat(raid5.superblocks().get(0).member().dataSize()).isEqualTo(row[0] - row[2]);
            assertThat(raid5.areas()).isNull();
            assertThat(raid5.warnings()).isEmpty();
        }
    }

    @Test
    void badBlockLogsLieBehindTheRoomForABitmap() {
        assertThat(badBlockOffset(Plans.request(RaidLevel.RAID1, 0, 0, 2, GIB))).isEqualTo(16);
        assertThat(badBlockOffset(Plans.request(RaidLevel.RAID1, 0, 0, 2, 16 * GIB))).isEqualTo(136);
        assertThat(badBlockOffset(Plans.request(RaidLevel.RAID1, 0, 0, 2, 300 * GIB))).isEqualTo(264);
        assertThat(badBlockOffset(Plans.request(RaidLevel.RAID0, 0, 128, 2, GIB))).isEqualTo(8);
        assertThat(badBlockOffset(Plans.bitmap(Plans.request(RaidLevel.RAID1, 0, 0, 2, 16 * GIB), 0))).isEqualTo(16);
    }

    private static int badBlockOffset(CreatePlan.Request request) {
        MemberFields member = CreatePlan.of(request).superblocks().get(1).member();
        assertThat(member.badBlockSectors()).isEqualTo(8);
        return member.badBlockOffset();
    }

    @Test
    void bitmapsCover64MibABitAndFitTheirRoom() {
        CreatePlan.Bitmap small = CreatePlan.of(Plans.bitmap(Plans.request(RaidLevel.RAID1, 0, 0, 2, GIB), 0)).bitmap();
        assertThat(small).isEqualTo(new CreatePlan.Bitmap(8, 8, 64 << 20, GIB - 4096));
        CreatePlan.Bitmap large = CreatePlan.of(Plans.bitmap(Plans.request(RaidLevel.RAID5, 2, 1024, 3, 4096 * GIB), 0))
                .bitmap();
        assertThat(large.chunkBytes()).isEqualTo(64 << 20);
        assertThat(large.sectors()).isEqualTo(24);
        CreatePlan.Bitmap huge = CreatePlan.of(Plans.bitmap(Plans.request(RaidLevel.RAID5, 2, 1024, 3, 1L << 40), 0))
                .bitmap();
        assertThat(huge.chunkBytes()).as("512 TiB, in 256 sectors").isEqualTo(1 << 30);
        CreatePlan raid10 = CreatePlan.of(Plans.bitmap(Plans.request(RaidLevel.RAID10, 0x102, 64, 4, GIB), 0));
        assertThat(raid10.bitmap().syncSectors()).isEqualTo(raid10.arrayBytes() / 512).isEqualTo(2 * (GIB - 4096));
    }

    @Test
    void bitmapChunksAreTakenAsAskedWhenTheyFit() {
        CreatePlan plan = CreatePlan.of(Plans.bitmap(Plans.request(RaidLevel.RAID1, 0, 0, 2, GIB), 4096));
        assertThat(plan.bitmap().sectors()).isEqualTo(72);
        assertThat(plan.superblocks().get(0).member().badBlockOffset()).isEqualTo(80);
        CreatePlan.Request large = Plans.request(RaidLevel.RAID1, 0, 0, 2, 4096 * GIB);
        assertThatThrownBy(() -> CreatePlan.of(Plans.bitmap(large, 4096)))
                .hasMessageStartingWith("bitmapChunkBytes=4096 is too small").hasMessageContaining("at least 524288");
        for (long chunk : new long[] {2048, 5000, -4096}) {
            assertThatThrownBy(() -> CreatePlan.of(Plans.bitmap(large, chunk))).hasMessageContaining("power of two");
        }
    }

    @Test
    void superblocksAreWhatMdadmWouldWrite() throws Exception {
        CreatePlan.Request raid5 = Plans.bitmap(Plans.request(RaidLevel.RAID5, 2, 128, 3, 64 * MIB), 0);
        CreatePlan plan = CreatePlan.of(Plans.members(raid5, List.of(64 * MIB, 65 * MIB, 66 * MIB), List.of(70 * MIB)));
        assertThat(plan.superblocks()).hasSize(4);
        List<Candidate> candidates = new ArrayList<>();
        for (Superblock superblock : plan.superblocks().values()) {
            int number = superblock.member().devNumber();
            long sectors = (number == 3 ? 70 : 64 + number) * MIB;
            MemorySegment bytes = MemorySegment.ofArray(new byte[4096]);
            superblock.encode(bytes, 0);
            assertThat(Superblock.decode(bytes, 0, 2, sectors)).isEqualTo(superblock);
            assertThat(superblock.role()).isEqualTo(number == 3 ? Roles.SPARE : number);
            assertThat(superblock.member().dataSize()).isEqualTo(sectors - 2048);
            assertThat(superblock.member().deviceUuid()).isEqualTo(Plans.uuids(4).get(number));
            assertThat(superblock.features()).isEqualTo(Features.BITMAP_OFFSET);
            candidates.add(new Candidate("d" + number, superblock, sectors));
        }
        ArrayFields array = plan.superblocks().get(0).array();
        assertThat(array.events()).isZero();
        assertThat(array.roles().maxDev()).isEqualTo(128);
        assertThat(array.roles().toString()).isEqualTo("[0, 1, 2]");
        assertThat(array.ctime()).isEqualTo(Plans.NOW).isEqualTo(array.utime());
        Assembly assembly = Assembler.assemble(candidates, OpenOptions.WRITABLE);
        assertThat(assembly.obstacles()).isEmpty();
        assertThat(assembly.degraded()).isZero();
        assertThat(assembly.spares()).hasSize(1);
    }

    @Test
    void onlyAgreeingOrIncompleteParityArraysStartClean() {
        CreatePlan.Request raid5 = Plans.request(RaidLevel.RAID5, 2, 128, 3, 64 * MIB);
        assertThat(resync(raid5)).isEqualTo(ArrayFields.CLEAN);
        assertThat(resync(Plans.dirty(raid5))).isZero();
        assertThat(resync(Plans.dirty(Plans.members(raid5, List.of(64 * MIB, 0L, 64 * MIB), List.of()))))
                .isEqualTo(ArrayFields.CLEAN);
        CreatePlan.Request raid1 = Plans.request(RaidLevel.RAID1, 0, 0, 3, 64 * MIB);
        assertThat(resync(Plans.dirty(Plans.members(raid1, List.of(64 * MIB, 0L, 64 * MIB), List.of())))).isZero();
        assertThat(resync(Plans.dirty(Plans.request(RaidLevel.RAID0, 0, 128, 2, 64 * MIB))))
                .isEqualTo(ArrayFields.CLEAN);
    }

    private static long resync(CreatePlan.Request request) {
        return CreatePlan.of(request).superblocks().firstEntry().getValue().array().resyncOffset();
    }

    @Test
    void rolesLeftMissingStayUnlisted() {
        CreatePlan plan = CreatePlan.of(Plans.members(Plans.request(RaidLevel.RAID6, 2, 128, 4, 64 * MIB),
                List.of(64 * MIB, 0L, 64 * MIB, 0L), List.of(64 * MIB)));
        assertThat(plan.superblocks().keySet()).containsExactly(0, 2, 4);
        assertThat(plan.superblocks().get(0).array().roles().toString()).isEqualTo("[0, spare, 2]");
        assertThatThrownBy(() -> CreatePlan.of(Plans.members(Plans.request(RaidLevel.RAID5, 2, 128, 3, 64 * MIB),
                List.of(64 * MIB, 0L, 0L), List.of()))).hasMessageContaining("too many missing: 1 of 3");
    }

    @Test
    void unequalMembersOfRaid0RecordTheirLayout() {
        CreatePlan.Request equal = Plans.request(RaidLevel.RAID0, 0, 128, 3, 64 * MIB);
        ArrayFields same = CreatePlan.of(equal).superblocks().get(0).array();
        assertThat(same.features()).isZero();
        assertThat(same.layout()).isEqualTo(1);
        CreatePlan unequal = CreatePlan.of(Plans.members(equal, List.of(64 * MIB, 65 * MIB, 66 * MIB), List.of()));
        ArrayFields array = unequal.superblocks().get(2).array();
        assertThat(array.features()).isEqualTo(Features.RAID0_LAYOUT);
        assertThat(array.layout()).isEqualTo(1);
        assertThat(array.sizeSectors()).isZero();
        assertThat(unequal.arrayBytes()).isEqualTo((63 + 64 + 65) << 20);
    }

    @Test
    void headRoomHoldsHeaderIntegrityAndLogOfTheNamedSizes() {
        CreatePlan plan = CreatePlan.of(Plans.headRoom(Plans.request(RaidLevel.RAID5, 2, 1024, 3, 64 * MIB)));
        assertThat(plan.areas())
                .isEqualTo(new ReservedAreas((2 << 20) + (64 << 10), 64 << 10, 3 << 20, 16 << 20, 2 << 20));
        assertThat(plan.dataOffsetSectors()).isEqualTo(19 * MIB);
        CreatePlan.Request big = Plans.headRoom(Plans.request(RaidLevel.RAID5, 2, 1024, 3, 4096 * GIB));
        ReservedAreas large = CreatePlan.of(big).areas();
        assertThat(large.logBytes()).isEqualTo(2L << 30);
        assertThat(large.segmentBytes()).isEqualTo(64 << 20);
        assertThat(large.integrityBytes()).isEqualTo(4L << 30);
        CreatePlan raid1 = CreatePlan.of(Plans.headRoom(Plans.request(RaidLevel.RAID1, 0, 0, 2, 128 * GIB)));
        assertThat(raid1.dataOffsetSectors()).as("never before mdadm's choice").isGreaterThanOrEqualTo(264192);
        assertThat(CreatePlan.of(Plans.headRoom(Plans.request(RaidLevel.RAID0, 0, 128, 2, GIB))).areas()).isNotNull();
    }

    @Test
    void tinyMembersReserveNothingAndSaySo() {
        CreatePlan plan = CreatePlan.of(Plans.headRoom(Plans.request(RaidLevel.RAID5, 2, 128, 3, 64 * MIB - 1)));
        assertThat(plan.areas()).isNull();
        assertThat(plan.dataOffsetSectors()).isEqualTo(2048);
        assertThat(plan.warnings()).singleElement().asString().contains("no room is reserved");
    }

    @Test
    void whatIsIllegalOrTooSmallIsSaidInNumbers() {
        CreatePlan.Request raid5 = Plans.request(RaidLevel.RAID5, 2, 128, 3, 64 * MIB);
        assertThatThrownBy(() -> CreatePlan.of(Plans.members(raid5, List.of(64 * MIB, 2100L, 64 * MIB), List.of())))
                .hasMessage("member 1 has 2100 sectors; the data begin at sector 2048, so at least 2176 are needed");
        assertThatThrownBy(() -> CreatePlan.of(Plans.members(raid5, raid5.memberSectors(), List.of(10 * MIB))))
                .hasMessageStartingWith("spare 0 has 20480 sectors, 131072 are needed");
        assertThatThrownBy(() -> CreatePlan.of(Plans.request(RaidLevel.RAID5, 2, 100, 3, 64 * MIB)))
                .hasMessageContaining("chunk of 100 sectors");
        assertThatThrownBy(() -> CreatePlan.of(Plans.request(RaidLevel.RAID5, 7, 128, 3, 64 * MIB)))
                .hasMessageContaining("layout=7 is unknown");
        assertThatThrownBy(() -> CreatePlan.of(Plans.request(RaidLevel.RAID6, 2, 128, 3, 64 * MIB)))
                .hasMessageContaining("of 3 disks");
        assertThatThrownBy(() -> CreatePlan.of(Plans.request(RaidLevel.RAID1, 0, 128, 2, 64 * MIB)))
                .hasMessageContaining("RAID 1 has no chunks");
        assertThatThrownBy(() -> CreatePlan.of(Plans.bitmap(Plans.request(RaidLevel.RAID0, 0, 128, 2, 64 * MIB), 0)))
                .hasMessageContaining("policy=bitmap does not suit raid0");
        assertThatThrownBy(() -> CreatePlan.of(Plans.members(raid5, List.of(0L, 0L, 0L), List.of())))
                .hasMessageContaining("no member is given");
    }
}
