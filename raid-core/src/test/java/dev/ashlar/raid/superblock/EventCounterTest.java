package dev.ashlar.raid.superblock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The traces of md-format, sections 4 and 14. */
class EventCounterTest {
    @Test
    void theFirstPairAfterAStartGoesUpTwice() {
        EventCounter counter = EventCounter.started(14);
        counter = counter.dirtied(false);
        assertThat(counter.events()).isEqualTo(15);
        counter = counter.cleaned(false);
        assertThat(counter.events()).isEqualTo(16);
        counter = counter.dirtied(false);
        assertThat(counter.events()).isEqualTo(17);
        assertThat(counter.cleaned(false).events()).isEqualTo(16);
    }

    @Test
    void anIdleArrayOscillates() {
        EventCounter counter = EventCounter.started(14).changed();
        for (int round = 0; round < 3; round++) {
            assertThat(counter.events()).isEqualTo(15);
            counter = counter.dirtied(false);
            assertThat(counter.events()).isEqualTo(16);
            counter = counter.cleaned(false);
        }
        assertThat(counter.events()).isEqualTo(15);
    }

    @Test
    void aDegradedArrayOnlyGoesUp() {
        EventCounter counter = EventCounter.started(17).changed();
        counter = counter.dirtied(true);
        assertThat(counter.events()).isEqualTo(19);
        counter = counter.cleaned(true);
        assertThat(counter.events()).isEqualTo(20);
    }

    @Test
    void nothingElseMayHappenBetween() {
        EventCounter dirty = EventCounter.started(14).changed().dirtied(false).changed();
        assertThat(dirty.events()).isEqualTo(17);
        assertThat(dirty.cleaned(false).events()).isEqualTo(18);
        EventCounter degradedMeanwhile = EventCounter.started(14).changed().dirtied(false);
        assertThat(degradedMeanwhile.cleaned(true).events()).isEqualTo(17);
    }

    @Test
    void theCounterNeverReturnsToZero() {
        EventCounter counter = EventCounter.started(-1).changed().dirtied(false);
        assertThat(counter.events()).isEqualTo(1);
        assertThat(counter.cleaned(false).events()).isEqualTo(2);
    }

    @Test
    void aMemberAbsentAtTheStartIsOutdatedEvenIfItAloneGotTheLastUpdate() {
        EventCounter counter = EventCounter.started(14);
        assertThat(counter.updatesToOutdate()).isEqualTo(3);
        counter = counter.changed().changed().changed();
        assertThat(counter.events()).isEqualTo(15 + 2);
        assertThat(counter.updatesToOutdate()).isEqualTo(2);
    }

    @Test
    void aFailedMemberIsLeftAtLeastTwoBehindWhateverItWasLastGiven() {
        EventCounter idle = EventCounter.started(14).changed().dirtied(false).cleaned(false);
        assertThat(idle.events()).isEqualTo(15);
        assertThat(idle.updatesToOutdate()).as("it may still say 16").isEqualTo(3);
        EventCounter dirty = idle.dirtied(false);
        assertThat(dirty.updatesToOutdate()).isEqualTo(2);
        EventCounter counter = idle;
        for (int update = idle.updatesToOutdate(); update > 0; update--) {
            counter = counter.changed();
        }
        assertThat(counter.events() - idle.highest()).isEqualTo(2);
        assertThat(counter.updatesToOutdate()).isEqualTo(2);
    }
}
