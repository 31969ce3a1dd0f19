package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TornRangesProps {
    record Step(boolean add, int offset, int length) {}

    @Property
    void agreesWithASetOfBytes(
            @ForAll @Size(max = 40) List<@IntRange(max = 2 * 200 * 40 - 1) Integer> codes,
            @ForAll @IntRange(max = 210) int askAt,
            @ForAll @IntRange(min = 1, max = 20) int askLength) {
        TornRanges torn = new TornRanges();
        BitSet model = new BitSet();
        for (int code : codes) {
            Step step = new Step(code % 2 == 0, code / 2 % 200, code / 400 + 1);
            if (step.add()) {
                torn.add(step.offset(), step.length());
                model.set(step.offset(), step.offset() + step.length());
            } else {
                torn.remove(step.offset(), step.length());
                model.clear(step.offset(), step.offset() + step.length());
            }
        }
        int next = model.nextSetBit(askAt);
        assertThat(torn.isEmpty()).isEqualTo(model.isEmpty());
        assertThat(torn.overlaps(askAt, askLength)).isEqualTo(next >= 0 && next < askAt + askLength);
        assertThat(torn.next(askAt)).isEqualTo(next);
        assertThat(torn.endOf(askAt)).isEqualTo(model.nextClearBit(askAt));
    }
}
