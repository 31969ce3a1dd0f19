package dev.ashlar.raid.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The list against a set of single sectors. */
class BadBlocksProps {
    private static final int SECTORS = 64;

    record Change(boolean bad, int sector, int count) {}

    @Property
    void listSaysWhatASetOfSectorsSays(
            @ForAll @Size(max = 30) List<@IntRange(max = SECTORS * SECTORS * 2 - 1) Integer> codes) throws Exception {
        BadBlocks blocks = BadBlocks.empty(8, 0);
        BitSet model = new BitSet();
        for (int code : codes) {
            Change change = change(code);
            boolean fits = change.bad
                    ? blocks.add(change.sector, change.count)
                    : blocks.remove(change.sector, change.count);
            assertThat(fits).isTrue();
            model.set(change.sector, change.sector + change.count, change.bad);
            check(blocks, model);
        }
        MemorySegment log = MemorySegment.ofArray(new byte[blocks.logBytes()]);
        blocks.encode(log, 0);
        assertThat(BadBlocks.decode(log, 0, 8, 0).ranges()).isEqualTo(blocks.ranges());
    }

    private static Change change(int code) {
        int sector = code / 2 % SECTORS;
        return new Change(code % 2 == 0, sector, code / 2 / SECTORS % (SECTORS - sector + 1));
    }

    private static void check(BadBlocks blocks, BitSet model) {
        assertThat(blocks.totalSectors()).isEqualTo(model.cardinality());
        assertThat(blocks.isEmpty()).isEqualTo(model.isEmpty());
        for (int sector = 0; sector <= SECTORS; sector++) {
            int next = model.nextSetBit(sector);
            for (int count = 0; count <= SECTORS - sector; count++) {
                boolean bad = next >= 0 && next < sector + count;
                assertThat(blocks.overlaps(sector, count)).as("%d+%d", sector, count).isEqualTo(bad);
            }
        }
        long end = -1;
        for (BadBlocks.Range range : blocks.ranges()) {
            assertThat(range.sector()).as("ranges neither overlap nor touch").isGreaterThan(end);
            end = range.sector() + range.count();
        }
    }
}
