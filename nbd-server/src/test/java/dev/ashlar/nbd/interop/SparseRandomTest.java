package dev.ashlar.nbd.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.nbd.testkit.Tool;
import dev.ashlar.raid.SyncAction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Volumes that nbdkit makes up and checks: its sparse-random plugin gives data that follow from a seed, with holes, and
 * refuses a write of anything else. So a copy of it here, copied back there, is right in every byte or fails.
 */
@Tag("interop")
@Timeout(300)
class SparseRandomTest {
    private static final Tool NBDKIT = new Tool("nbdkit", "nbdkit");
    private static final Tool NBDCOPY = new Tool("nbdcopy", "libnbd-bin");
    private static final long MEMBER_BYTES = 25L << 20;
    private static final Duration CHECK_LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path dir;

    private ServedRaid6 raid;

    @BeforeEach
    void serve() throws IOException {
        raid = new ServedRaid6(dir, MEMBER_BYTES);
    }

    @AfterEach
    void close() throws IOException {
        raid.close();
    }

    /** Runs nbdcopy beside an nbdkit whose volume has the size of ours; "$uri" is that volume. */
    private Tool.Result copy(int seed, int connections, boolean extents, String from, String to)
            throws IOException, InterruptedException {
        List<String> copy = new ArrayList<>(List.of("nbdcopy", "--flush", "--connections=" + connections));
        if (!extents) {
            copy.add("--no-extents");
        }
        copy.add(quoted(from));
        copy.add(quoted(to));
        return NBDKIT.tryRun(dir, "-U", "-", "sparse-random", "size=" + raid.array().sizeBytes(), "seed=" + seed,
                "percent=40", "runlength=300000", "random-content=true", "--run", String.join(" ", copy));
    }

    private static String quoted(String uri) {
        return uri.startsWith("$") ? "\"" + uri + "\"" : "'" + uri + "'";
    }

    private void copies(int seed, int connections, boolean extents, String from, String to)
            throws IOException, InterruptedException {
        Tool.Result result = copy(seed, connections, extents, from, to);
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1, true, true", "4, true, true", "1, false, true", "4, false, false", "4, true, false"})
    void roundTripIsExact(int connections, boolean extents, boolean overUnix) throws Exception {
        NBDKIT.orSkip();
        NBDCOPY.orSkip();
        String uri = overUnix ? raid.unix() : raid.tcp();
        copies(connections, connections, extents, "$uri", uri);
        copies(connections, connections, extents, uri, "$uri");
        raid.array().requestAction(SyncAction.CHECK);
        assertThat(raid.array().awaitIdle(CHECK_LIMIT)).isTrue();
        assertThat(raid.array().status().mismatchSectors()).isZero();
    }

    @Test
    void roundTripIsExactOverAnotherVolumesData() throws Exception {
        NBDKIT.orSkip();
        NBDCOPY.orSkip();
        copies(1, 4, true, "$uri", raid.unix());
        copies(2, 4, true, "$uri", raid.unix());
        copies(2, 4, true, raid.unix(), "$uri");
    }

    @Test
    void roundTripIsExactWithoutTwoMembers() throws Exception {
        NBDKIT.orSkip();
        NBDCOPY.orSkip();
        raid.array().failMember(raid.member(0));
        copies(3, 4, true, "$uri", raid.unix());
        raid.array().failMember(raid.member(3));
        copies(3, 4, true, raid.unix(), "$uri");
    }

    @Test
    void aWrongByteWouldBeNoticed() throws Exception {
        NBDKIT.orSkip();
        NBDCOPY.orSkip();
        copies(4, 1, true, "$uri", raid.unix());
        Tool qemuIo = new Tool("qemu-io", "qemu-utils").orSkip();
        qemuIo.run(dir, "-f", "raw", "-c", "write -P 0x5a 5000000 1", raid.unix());
        assertThat(copy(4, 1, true, raid.unix(), "$uri").exitCode()).isNotZero();
    }
}
