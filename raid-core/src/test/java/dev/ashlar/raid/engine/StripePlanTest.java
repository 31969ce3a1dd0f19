package dev.ashlar.raid.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StripePlanTest {
    /** A RAID 6 of 6 members: four data blocks, two of parity. */
    private static StripePlan raid6(int written, int writtenLost, int untouchedLost, int parityLost, boolean consistent) {
        return StripePlan.choose(4, written, writtenLost, untouchedLost, 2, parityLost, 2 - parityLost, 0, consistent);
    }

    @Test
    void fewerBlocksToReadDecideBetweenModifyAndReconstruct() {
        assertThat(StripePlan.choose(8, 1, 0, 0, 2, 0, 2, 0, true)).isEqualTo(StripePlan.READ_MODIFY_WRITE);
        assertThat(StripePlan.choose(8, 6, 0, 0, 2, 0, 2, 0, true)).isEqualTo(StripePlan.RECONSTRUCT_WRITE);
        assertThat(raid6(1, 0, 0, 0, true)).isEqualTo(StripePlan.RECONSTRUCT_WRITE);
    }

    @Test
    void parityThatMayBeWrongIsNeverModified() {
        assertThat(StripePlan.choose(8, 1, 0, 0, 2, 0, 2, 0, false)).isEqualTo(StripePlan.RECONSTRUCT_WRITE);
    }

    @Test
    void parityUnderRecoveryIsNeverModified() {
        assertThat(StripePlan.choose(8, 1, 0, 0, 2, 1, 2, 1, true)).isEqualTo(StripePlan.RECONSTRUCT_WRITE);
    }

    @Test
    void aLostBlockBesideTheWriteIsKeptByModifyingParity() {
        assertThat(raid6(1, 0, 1, 0, true)).isEqualTo(StripePlan.READ_MODIFY_WRITE);
        assertThat(raid6(1, 0, 1, 1, true)).isEqualTo(StripePlan.READ_MODIFY_WRITE);
    }

    @Test
    void lostBlocksBesideAndUnderTheWriteAreRestored() {
        assertThat(raid6(1, 1, 1, 0, true)).isEqualTo(StripePlan.RESTORE_AND_WRITE);
    }

    @Test
    void aBlockThatNothingCanTellIsNotComputed() {
        assertThat(raid6(1, 1, 1, 1, true)).isEqualTo(StripePlan.WITHOUT_PARITY);
        assertThat(raid6(1, 0, 1, 0, false)).isEqualTo(StripePlan.WITHOUT_PARITY);
    }

    @Test
    void withoutParityMembersThereIsNothingToRead() {
        assertThat(StripePlan.choose(3, 1, 0, 0, 1, 1, 0, 0, true)).isEqualTo(StripePlan.READ_MODIFY_WRITE);
    }
}
