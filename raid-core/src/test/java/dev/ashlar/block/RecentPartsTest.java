package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentPartsTest {
    private static final long PART_BYTES = 1L << RecentParts.PART_SHIFT;

    private final RecentParts recent = new RecentParts();

    @Test
    void partIsKnownFromItsFirstTouchOn() {
        assertThat(recent.touch(0)).isFalse();
        assertThat(recent.touch(0)).isTrue();
        assertThat(recent.touch(PART_BYTES - 1)).isTrue();
        assertThat(recent.touch(PART_BYTES)).isFalse();
        assertThat(recent.touch(PART_BYTES)).isTrue();
    }

    @Test
    void asManyPartsInARowAreKnownAsThereArePlaces() {
        for (int part = 0; part < RecentParts.PLACES; part++) {
            assertThat(recent.touch(part * PART_BYTES)).isFalse();
        }
        for (int part = 0; part < RecentParts.PLACES; part++) {
            assertThat(recent.touch(part * PART_BYTES)).isTrue();
        }
    }

    @Test
    void partGivesWayToAnotherFarAway() {
        recent.touch(0);
        assertThat(recent.touch(RecentParts.PLACES * PART_BYTES)).isFalse();
        assertThat(recent.touch(0)).isFalse();
    }

    @Test
    void lastByteOfTheLargestDeviceIsAPlaceLikeAnother() {
        assertThat(recent.touch(Long.MAX_VALUE)).isFalse();
        assertThat(recent.touch(Long.MAX_VALUE)).isTrue();
    }
}
