package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.members.MemberScan;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.serve.Daemon;
import dev.ashlar.cli.serve.Listening;
import dev.ashlar.cli.serve.ServeConfig;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.cli.serve.ServerSetting;
import dev.ashlar.nbd.client.NbdClient;
import dev.ashlar.raid.OpenOptions;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Daemons that live for a command, or for their clients. */
@Timeout(60)
class CaptiveTest {
    @TempDir
    private Path directory;

    private final Daemon daemon = new Daemon(RunDirectory.of(System.getenv()));
    private ServeConfig config;

    @BeforeEach
    void create() {
        List<Path> members = List.of(directory.resolve("m0"), directory.resolve("m1"));
        Ran ran = Ran.ashlar("create", "captive-" + ProcessHandle.current().pid(), "--level=1", "--member-size=64M",
                members.get(0).toString(), members.get(1).toString());
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.OK);
        Listening listening = new Listening(List.of(), List.of(directory.resolve("s")), null);
        config = new ServeConfig(ServerSetting.at(listening), List.of(new ArraySource(members, OpenOptions.WRITABLE)), List.of());
    }

    private boolean clean() throws IOException {
        return MemberScan.read(directory.resolve("m0")).superblock().array().clean();
    }

    @Test
    void theCommandFindsTheUriAndItsExitCodeIsTheDaemons() throws Exception {
        Path out = directory.resolve("out");
        Captive captive = new Captive("printf '%s\\n%s\\n' \"$uri\" \"$ASHLAR_URI\" > '" + out + "'; exit 7");
        assertThat(Serving.whileRuns(captive, daemon, config)).isEqualTo(7);
        List<String> lines = Files.readAllLines(out);
        assertThat(lines).hasSize(2).allMatch(line -> line.equals(lines.getFirst()));
        assertThat(lines.getFirst()).startsWith("nbd+unix:///captive-").endsWith("?socket=" + directory.resolve("s"));
        assertThat(clean()).isTrue();
        assertThat(directory.resolve("s")).doesNotExist();
    }

    @Test
    void aCommandThatEndsWellLeavesTheArrayClean() throws Exception {
        assertThat(Serving.whileRuns(new Captive("true"), daemon, config)).isEqualTo(ExitCode.OK);
        assertThat(clean()).isTrue();
    }

    @Test
    void aCommandAndWhatItHasStartedAreEnded() throws Exception {
        Path ready = directory.resolve("ready");
        Captive captive = new Captive("sleep 1000 & echo $! > '" + ready + ".new'; mv '" + ready + ".new' '" + ready
                + "'; wait; wait");
        FutureTask<Integer> running = new FutureTask<>(() -> Serving.whileRuns(captive, daemon, config));
        Thread.ofPlatform().daemon().start(running);
        while (!Files.exists(ready)) {
            assertThat(running.isDone()).isFalse();
            Thread.onSpinWait();
        }
        long sleeping = Long.parseLong(Files.readString(ready).strip());
        captive.end();
        assertThat(running.get()).isEqualTo(128 + 15);
        while (runs(sleeping)) {
            Thread.onSpinWait();
        }
        assertThat(clean()).isTrue();
    }

    /** One that has ended may stay as a zombie where nobody is there to wait for it. */
    private static boolean runs(long pid) {
        try {
            return !Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void theDaemonEndsWithItsLastClientButNotWithAProbe() throws Exception {
        daemon.endWithLastClient();
        CompletableFuture<List<String>> ready = new CompletableFuture<>();
        FutureTask<Integer> running = new FutureTask<>(() -> Serving.untilStopped(daemon, config, ready::complete));
        Thread.ofPlatform().daemon().start(running);
        String uri = ready.get().getFirst();
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(directory.resolve("s")));
            probe.read(ByteBuffer.allocate(8));
        }
        NbdClient first = ServedLife.connect(uri);
        try (NbdClient second = ServedLife.connect(uri)) {
            first.close();
            second.write(0, ByteBuffer.allocate(512));
            assertThat(running.isDone()).isFalse();
        }
        assertThat(running.get()).isEqualTo(ExitCode.OK);
        assertThat(clean()).isTrue();
    }
}
