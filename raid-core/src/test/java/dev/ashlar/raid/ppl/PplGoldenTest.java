package dev.ashlar.raid.ppl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.testing.Fixtures;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Logs that Linux wrote. In the unclean array one 12 KiB write of chunk 6, on role 2, did not reach its parity on role
 * 1.
 */
class PplGoldenTest {
    private static final int WRITTEN_ROLE = 2;
    private static final int PARITY_ROLE = 1;

    @Test
    void newestHeaderIsFoundAmongOlderOnes() {
        PplImages images = new PplImages("raid5-ppl-unclean");
        assertThat(PplLog.newest(images.areas[PARITY_ROLE], images.setUuid, true)).hasValueSatisfying(log -> {
            assertThat(log.offsetBytes()).isEqualTo(8192);
            assertThat(log.header().generation()).isEqualTo(9);
            assertThat(log.header().entries()).containsExactly(new PplEntry(200, 12288, 12288, 1, 0x18415f02));
        });
        assertThat(PplLog.newest(images.areas[PARITY_ROLE], images.setUuid, false))
                .hasValueSatisfying(log -> assertThat(log.header().generation()).isEqualTo(3));
    }

    @Test
    void everyLogOfTheCleanArrayIsGood() {
        PplImages images = new PplImages("raid5-ppl-4d-16k");
        for (int role = 0; role < 4; role++) {
            int logOf = role;
            assertThat(PplLog.newest(images.areas[role], images.setUuid, true)).hasValueSatisfying(log -> {
                assertThat(log.header().generation()).isEqualTo(8 - logOf);
                assertThat(log.header().entries()).hasSize(1);
                assertThat(log.header().entries().getFirst().parityDisk()).isEqualTo(logOf);
            });
        }
    }

    @Test
    void headerIsWrittenAsLinuxWritesIt() {
        PplImages images = new PplImages("raid5-ppl-unclean");
        MemorySegment area = images.areas[PARITY_ROLE];
        PplLog log = PplLog.newest(area, images.setUuid, true).orElseThrow();
        MemorySegment written = MemorySegment.ofArray(new byte[PplLayout.HEADER_BYTES]);
        log.header().encode(written, 0);
        assertThat(written.mismatch(area.asSlice(log.offsetBytes(), PplLayout.HEADER_BYTES))).isEqualTo(-1);
    }

    @Test
    void replayMakesParityAgreeAndTheVolumeIsTheKernels() throws Exception {
        PplImages images = new PplImages("raid5-ppl-unclean");
        assertThat(images.members.mismatches()).isGreaterThan(0);
        PplReplay.Result result = images.replay();
        assertThat(result).isEqualTo(new PplReplay.Result(4, 0, 0));
        assertThat(result.provesClean()).isTrue();
        assertThat(images.members.mismatches()).isZero();
        assertThat(Fixtures.sha256(images.members.volume()))
                .isEqualTo(images.array().manifest().get("after_recovery").get("volume_sha256").text());
    }

    @Test
    void replayingTwiceChangesNothingMore() throws Exception {
        PplImages images = new PplImages("raid5-ppl-unclean");
        images.replay();
        byte[] parity = images.members.of(PARITY_ROLE).clone();
        images.replay();
        assertThat(images.members.of(PARITY_ROLE)).isEqualTo(parity);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void chunkThatNobodyWroteSurvivesTheLossOfItsMemberInTheCrash(int lost) throws Exception {
        PplImages images = new PplImages("raid5-ppl-unclean");
        images.lose(lost);
        assertThat(images.members.volume()).as("the write hole").isNotEqualTo(images.array().expectedVolume());
        PplReplay.Result result = images.replay();
        assertThat(images.members.volume()).isEqualTo(images.array().expectedVolume());
        assertThat(result.mismatches()).isZero();
    }

    @Test
    void parityIsLeftAloneWhereTheWrittenMemberIsMissing() throws Exception {
        PplImages images = new PplImages("raid5-ppl-unclean");
        byte[] parity = images.members.of(PARITY_ROLE).clone();
        images.lose(WRITTEN_ROLE);
        PplReplay.Result result = images.replay();
        assertThat(result.bytesLeftAlone()).isEqualTo(12288 + 2 * 16384);
        assertThat(images.members.of(PARITY_ROLE)).isEqualTo(parity);
    }

    @Test
    void memberUnderRebuildCountsRowByRow() throws Exception {
        PplImages images = new PplImages("raid5-ppl-unclean");
        long firstRow = 2 * 16384 + 4096;
        images.members.goodOnlyBelow(WRITTEN_ROLE, firstRow + 4096);
        byte[] before = images.members.of(PARITY_ROLE).clone();
        images.replay();
        byte[] after = images.members.of(PARITY_ROLE);
        int row = (int) firstRow;
        assertThat(Arrays.mismatch(before, after)).isBetween(row, row + 4095);
        assertThat(Arrays.mismatch(before, row + 4096, row + 12288, after, row + 4096, row + 12288))
                .isEqualTo(-1);
    }

    @Test
    void damagedPartialParityIsNotUsedAndProvesNothing() throws Exception {
        PplImages images = new PplImages("raid5-ppl-unclean");
        byte[] parity = images.members.of(PARITY_ROLE).clone();
        flip(images.areas[PARITY_ROLE], 8192 + 4096 + 777);
        PplReplay.Result result = images.replay();
        assertThat(result).isEqualTo(new PplReplay.Result(3, 1, 0));
        assertThat(result.provesClean()).isFalse();
        assertThat(images.members.of(PARITY_ROLE)).isEqualTo(parity);
    }

    @Test
    void damagedFirstHeaderMeansNoLog() throws Exception {
        PplImages images = new PplImages("raid5-ppl-unclean");
        flip(images.areas[PARITY_ROLE], 600);
        PplReplay.Result result = images.replay();
        assertThat(result).isEqualTo(new PplReplay.Result(3, 1, 0));
        assertThat(result.provesClean()).isFalse();
    }

    @Test
    void damagedNewestHeaderLeavesTheOneBefore() {
        PplImages images = new PplImages("raid5-ppl-unclean");
        flip(images.areas[PARITY_ROLE], 8192 + 540);
        assertThat(PplLog.newest(images.areas[PARITY_ROLE], images.setUuid, true))
                .hasValueSatisfying(log -> assertThat(log.header().generation()).isEqualTo(7));
    }

    @Test
    void olderHeaderBehindTheNewestIsNotTaken() {
        PplImages images = new PplImages("raid5-ppl-unclean");
        MemorySegment area = images.areas[0];
        PplHeader old = new PplHeader(PplLayout.signature(images.setUuid), 7, List.of());
        old.encode(area, 8192);
        assertThat(PplLog.newest(area, images.setUuid, true))
                .hasValueSatisfying(log -> assertThat(log.header().generation()).isEqualTo(8));
    }

    @Test
    void logsOfAnotherArrayAreNotReplayed() throws Exception {
        PplImages images = new PplImages("raid5-ppl-unclean");
        byte[] parity = images.members.of(PARITY_ROLE).clone();
        var result = PplReplay.run(images.geometry, new UUID(1, 2), true, images.areas, images.members);
        assertThat(result).isEqualTo(new PplReplay.Result(0, 4, 0));
        assertThat(images.members.of(PARITY_ROLE)).isEqualTo(parity);
    }

    @Test
    void emptiedLogHoldsNothing() throws Exception {
        PplImages images = new PplImages("raid5-ppl-unclean");
        for (MemorySegment area : images.areas) {
            PplLog.fillEmpty(area, images.setUuid);
        }
        PplReplay.Result result = images.replay();
        assertThat(result).isEqualTo(new PplReplay.Result(0, 0, 0));
        assertThat(result.provesClean()).as("dirty with empty logs is resynchronised").isFalse();
    }

    private static void flip(MemorySegment area, long offset) {
        area.set(ValueLayout.JAVA_BYTE, offset, (byte) ~area.get(ValueLayout.JAVA_BYTE, offset));
    }
}
