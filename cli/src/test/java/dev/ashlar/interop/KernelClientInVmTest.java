package dev.ashlar.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kernel's NBD client on RAID 6 volumes, with one connection and with four, and through a killed server; side by
 * side with nbdkit where the question is what the client can stand. One boot of one guest; the tests look at what came
 * of it.
 */
@Tag("vm")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KernelClientInVmTest {
    private static final int HAS_FLAGS_FLUSH_FUA_TRIM_ZEROES_MULTI_CONN = 0x1 | 0x4 | 0x8 | 0x20 | 0x40 | 0x100;
    /** The file that is trimmed has 12 MiB, which are 18 MiB of six members; its edges may stay. */
    private static final long TRIMMED_KIB = 12 << 10;
    /** Of 316 MiB, what mkfs and the tests have written; its least is the part of the log of xfs that is zeroed. */
    private static final long DISCARDED_KIB = 20 << 10;

    @TempDir
    static Path directory;

    private Map<String, String> results = Map.of();
    private ClientVisit visit;

    @BeforeAll
    void bootTheKernel() throws Exception {
        Tools.requireGuest("nbd-client", "nbdkit", "fio", "mkfs.ext4", "e2fsck", "mkfs.xfs", "xfs_repair", "fstrim",
                "blkdiscard", "wipefs", "python3");
        visit = new ClientVisit(directory);
        visit.run();
        results = visit.results();
    }

    private String result(String key) {
        assertThat(results).as(() -> "the guest said:\n" + visit.said()).containsKey(key);
        return results.get(key);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void theKernelTakesWhatIsOffered(int connections) {
        String flags = result(connections + ".flags");
        assertThat(Integer.decode(flags.substring("Hex: ".length()))).as("transmission flags in %s", flags)
                .satisfies(value -> assertThat(value & HAS_FLAGS_FLUSH_FUA_TRIM_ZEROES_MULTI_CONN)
                        .isEqualTo(HAS_FLAGS_FLUSH_FUA_TRIM_ZEROES_MULTI_CONN));
        assertThat(Long.parseLong(result(connections + ".sectors"))).isEqualTo(visit.bigBytes() / 512);
        assertThat(result(connections + ".read-only")).isEqualTo("0");
        assertThat(result(connections + ".write_cache")).isEqualTo("write back");
        assertThat(result(connections + ".fua")).isEqualTo("1");
        assertThat(Long.parseLong(result(connections + ".discard_max_bytes"))).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void allConnectionsAreUsed(int connections) {
        String wanted = Integer.toString(connections);
        assertThat(result(connections + ".sockets")).isEqualTo(wanted);
        assertThat(result(connections + ".queues")).isEqualTo(wanted);
        assertThat(result(connections + ".used-queues")).isEqualTo(wanted);
    }

    @Test
    void theServerSawEachConnectionAtWork() {
        assertThat(visit.requestsOfConnections()).hasSize(1 + 4).allSatisfy(r -> assertThat(r).isGreaterThan(50));
    }

    @ParameterizedTest
    @CsvSource({"1, ext4", "1, xfs", "4, ext4", "4, xfs"})
    void fileSystemsAreVerifiedTrimmedAndClean(int connections, String type) {
        assertThat(result(connections + "." + type)).isEqualTo("clean");
        assertThat(Long.parseLong(result(connections + "." + type + "-trimmed"))).as("KiB given back by members")
                .isGreaterThan(TRIMMED_KIB);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void theBareDeviceIsZeroedAndDiscarded(int connections) {
        assertThat(Long.parseLong(result(connections + ".discarded"))).as("KiB given back by members")
                .isGreaterThan(DISCARDED_KIB);
        assertThat(result(connections + ".done")).isEqualTo("yes");
    }

    /**
     * Which modes of nbd-client live on differs between its versions and kernels; that nbdkit decides does not. Where
     * nbdkit's file system is lost, that is the client's doing, and the mode is reported as skipped.
     */
    @ParameterizedTest
    @ValueSource(strings = {"netlink", "persist", "reconnect", "proxy"})
    void aFileSystemSurvivesOurRestartIfItSurvivesNbdkits(String mode) {
        String ours = result(mode + ".ashlar");
        String nbdkits = result(mode + ".nbdkit");
        assertThat(List.of(ours, nbdkits)).as("outcomes of %s", mode)
                .allMatch(outcome -> outcome.matches("survived|lost:( [a-z-]+)+"));
        assumeTrue(ours.equals("survived") || nbdkits.equals("survived"),
                mode + ": a file system on nbdkit does not survive its restart either: " + nbdkits);
        assertThat(ours).isEqualTo("survived");
    }

    /** The kernel with new connections for its dead ones, and libnbd that makes new ones, both under fio. */
    @ParameterizedTest
    @ValueSource(strings = {"reconnect", "proxy"})
    void aReconnectedFileSystemSurvivesOurRestart(String mode) {
        assertThat(result(mode + ".ashlar")).isEqualTo("survived");
        assertThat(visit.dirtyWhenKilled()).contains(mode);
        assertThat(visit.resynced()).contains(mode);
    }

    @Test
    void arraysAreSoundAfterAll() {
        assertThat(visit.mismatches()).containsOnlyKeys("big", "netlink", "persist", "reconnect", "proxy")
                .allSatisfy((_, sectors) -> assertThat(sectors).isZero());
    }

    @AfterAll
    void tellWhatHappened() {
        List<String> lines = new TreeMap<>(results)
                .entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList();
        System.out.println("The kernel's NBD client:\n  " + String.join("\n  ", lines));
    }
}
