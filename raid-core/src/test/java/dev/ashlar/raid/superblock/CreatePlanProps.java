package dev.ashlar.raid.superblock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Whatever is planned can be read back, assembles without obstacles, and keeps its parts apart. */
class CreatePlanProps {
    @Property(tries = 2000)
    void plannedArraysAssembleAndNothingOverlaps(
            @ForAll RaidLevel level,
            @ForAll @IntRange(min = 4, max = 32) int disks,
            @ForAll @IntRange(min = 3, max = 17) int chunkShift,
            @ForAll @LongRange(min = 4096, max = 1L << 36) long sectors,
            @ForAll @LongRange(min = 0, max = 100_000) long more,
            @ForAll boolean headRoom,
            @ForAll boolean bitmap) throws Exception {
        CreatePlan.Request request = Plans.request(level, level == RaidLevel.RAID10 ? 0x102 : level.parityDisks() > 0
                && level != RaidLevel.RAID4 ? 2 : 0, level == RaidLevel.RAID1 ? 0 : 1 << chunkShift, disks, sectors);
        List<Long> members = new ArrayList<>(Collections.nCopies(disks, sectors));
        members.set(disks - 1, sectors + more);
        request = Plans.members(request, members, level.isRedundant() ? List.of(sectors + 1) : List.of());
        request = bitmap && level.isRedundant() ? Plans.bitmap(request, 0) : request;
        CreatePlan plan;
        try {
            plan = CreatePlan.of(headRoom ? Plans.headRoom(request) : request);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("sectors; the data begin at");
            return;
        }
        List<Candidate> candidates = new ArrayList<>();
        for (Superblock superblock : plan.superblocks().values()) {
            int number = superblock.member().devNumber();
            long size = request.sectors(number);
            MemorySegment bytes = MemorySegment.ofArray(new byte[4096]);
            superblock.encode(bytes, 0);
            assertThat(Superblock.decode(bytes, 0, 2, size)).isEqualTo(superblock);
            candidates.add(new Candidate("d" + number, superblock, size));
            checkAreas(plan, superblock);
        }
        assertThat(plan.dataOffsetSectors() % 2048).isZero();
        Assembly assembly = Assembler.assemble(candidates, OpenOptions.WRITABLE);
        assertThat(assembly.obstacles()).isEmpty();
        assertThat(assembly.degraded()).isZero();
    }

    private static void checkAreas(CreatePlan plan, Superblock superblock) {
        long bitmapSectors = plan.writeIntentBitmap().map(CreatePlan.Bitmap::sectors).orElse(0L);
        List<Extent> metadata = SuperblockExtents.metadata(superblock, bitmapSectors);
        for (Extent one : metadata) {
            assertThat(metadata.stream().filter(one::overlaps)).containsExactly(one);
            assertThat(one.endSector()).isLessThanOrEqualTo(plan.dataOffsetSectors());
        }
        plan.reservedAreas().ifPresent(areas -> {
            assertThat(AshlarHeader.first(superblock, areas).conflict(superblock, bitmapSectors)).isEmpty();
            assertThat(areas.logBytes() / areas.segmentBytes()).isGreaterThanOrEqualTo(ReservedAreas.MIN_SEGMENTS);
        });
    }
}
