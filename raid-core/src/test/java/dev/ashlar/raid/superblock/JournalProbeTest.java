package dev.ashlar.raid.superblock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.testing.Fixtures;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class JournalProbeTest {
    private static final byte[] IMAGE = Fixtures.array("raid5-journal-3d").members().get(3).image();

    @Test
    void theKernelsLogStillHoldsItsLastWriteAfterAStop() throws Exception {
        assertThat(examine(IMAGE, 616)).isEqualTo(JournalContent.HOLDS_WRITES);
        assertThat(examine(IMAGE, 16)).isEqualTo(JournalContent.HOLDS_WRITES);
    }

    @Test
    void blocksThatCarryNothingOrAreNoneLeaveItEmpty() throws Exception {
        assertThat(examine(IMAGE, 0)).as("an empty block, then one of another sequence")
                .isEqualTo(JournalContent.EMPTY);
        assertThat(examine(IMAGE, 8)).as("an empty block, then one with data").isEqualTo(JournalContent.HOLDS_WRITES);
        assertThat(examine(IMAGE, 624)).as("data, not a meta block").isEqualTo(JournalContent.EMPTY);
        assertThat(examine(IMAGE, 14336 - 8)).as("zeroes").isEqualTo(JournalContent.EMPTY);
        byte[] damaged = IMAGE.clone();
        damaged[(2048 + 616) * 512 + 100] ^= 1;
        assertThat(examine(damaged, 616)).as("a damaged block").isEqualTo(JournalContent.HOLDS_WRITES);
    }

    @Test
    void tailsOutsideTheRingAreNotTrusted() throws Exception {
        for (long tail : new long[] {-1, 14336, 3, Long.MIN_VALUE}) {
            assertThat(examine(IMAGE, tail)).isEqualTo(JournalContent.HOLDS_WRITES);
        }
    }

    @Test
    void onlyJournalsAreExamined() throws Exception {
        Superblock data = Golden.superblock("raid5-journal-3d", 0);
        try (BlockDevice device = SuperblockIoTest.device(Arrays.copyOf(IMAGE, 1 << 20))) {
            assertThatThrownBy(() -> JournalProbe.examine(device, data)).hasMessageContaining("role=0");
        }
    }

    private static JournalContent examine(byte[] image, long tail) throws Exception {
        Superblock superblock = Golden.superblock("raid5-journal-3d", 3);
        MemberFields member = superblock.member();
        try (BlockDevice device = SuperblockIoTest.device(image)) {
            return JournalProbe.examine(device, superblock.withMember(member.withRecovery(member.features(), tail)));
        }
    }
}
