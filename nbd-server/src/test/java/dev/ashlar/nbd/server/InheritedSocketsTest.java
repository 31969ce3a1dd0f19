package dev.ashlar.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.server.InheritedSockets.Descriptor;
import dev.ashlar.nbd.testkit.Tool;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class InheritedSocketsTest {
    private static final long PID = 4711;

    @TempDir
    Path dir;

    @Test
    void descriptorsCountFromThreeWithTheirNames() throws IOException {
        assertThat(InheritedSockets.descriptors(
                        Map.of("LISTEN_PID", "4711", "LISTEN_FDS", "2", "LISTEN_FDNAMES", "tcp:nbd.socket"), PID))
                .containsExactly(new Descriptor(3, "tcp"), new Descriptor(4, "nbd.socket"));
        assertThat(InheritedSockets.descriptors(Map.of("LISTEN_PID", "4711", "LISTEN_FDS", "1"), PID))
                .containsExactly(new Descriptor(3, "unknown"));
        assertThat(InheritedSockets.descriptors(Map.of("LISTEN_PID", "4711", "LISTEN_FDS", "0"), PID)).isEmpty();
    }

    @Test
    void socketsOfAnotherProcessAreNotOurs() throws IOException {
        assertThat(InheritedSockets.descriptors(Map.of(), PID)).isEmpty();
        assertThat(InheritedSockets.descriptors(Map.of("LISTEN_FDS", "1"), PID)).isEmpty();
        assertThat(InheritedSockets.descriptors(Map.of("LISTEN_PID", "4711"), PID)).isEmpty();
        assertThat(InheritedSockets.descriptors(Map.of("LISTEN_PID", "4712", "LISTEN_FDS", "x"), PID)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"x, 1, a, LISTEN_PID", "4711, x, a, LISTEN_FDS", "4711, -1, a, LISTEN_FDS", "4711, 1025, a, LISTEN_FDS",
        "4711, 2, a, LISTEN_FDNAMES", "4711, 1, a:b, LISTEN_FDNAMES"})
    void contradictionsAreToldByTheVariablesName(String pid, String count, String names, String culprit) {
        Map<String, String> environment = Map.of("LISTEN_PID", pid, "LISTEN_FDS", count, "LISTEN_FDNAMES", names);
        assertThatThrownBy(() -> InheritedSockets.descriptors(environment, PID))
                .isInstanceOf(IOException.class).hasMessageContaining(culprit);
    }

    @Test
    void descriptorThatIsNoSocketIsToldByItsName() throws IOException {
        try (NbdServer server = new NbdServer()) {
            assertThat(server.listenInherited()).as("nothing is passed to a test").isEmpty();
        }
        assertThatThrownBy(() -> InheritedSockets.open(List.of(new Descriptor(1_000_000, "nbd.socket"))))
                .isInstanceOf(IOException.class).hasMessageContaining("nbd.socket");
    }

    @Test
    void serverStartedByItsSocketsServesAllOfThem() throws Exception {
        new Tool("systemd-socket-activate", "systemd").orSkip();
        Path socket = dir.resolve("s");
        int port = freePort();
        Process process = new ProcessBuilder(
                        "systemd-socket-activate", "-l", "127.0.0.1:" + port, "-l", socket.toString(),
                        "--fdname=tcp:local", System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                        "-Xmx64m", "-XX:+UseSerialGC", Activated.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("out").toFile())
                .start();
        try {
            while (!Files.exists(socket)) {
                assertThat(process.isAlive()).as("%s", Files.readString(dir.resolve("out"))).isTrue();
                Thread.yield();
            }
            try (WireClient overTcp = WireClient.connect(new InetSocketAddress("127.0.0.1", port)).greet(3).go("vol");
                    WireClient overUnix = WireClient.open(socket, "vol")) {
                assertThat(overTcp.errorOfWrite(0, 0, new byte[] {1, 2, 3})).isZero();
                assertThat(overUnix.read(0, 3)).isEqualTo(new byte[] {1, 2, 3});
            }
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(dir.resolve("out"))).contains("serves [127.0.0.1:" + port + ", " + socket + "]");
            assertThat(socket).as("the manager's").exists();
        } finally {
            process.destroyForcibly();
        }
    }

    /** A service manager in small: keeps its socket, and starts the next server when it is told to. */
    private static final String MANAGER = String.join("\n",
            "import os, socket, sys",
            "s = socket.socket(socket.AF_UNIX)",
            "s.bind(sys.argv[1])",
            "s.listen(8)",
            "for _ in range(2):",
            "    pid = os.fork()",
            "    if pid == 0:",
            "        os.dup2(s.fileno(), 3)",
            "        os.set_inheritable(3, True)",
            "        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')",
            "        os.execv(sys.argv[2], sys.argv[2:])",
            "    os.waitpid(pid, 0)",
            "    print('down', flush=True)",
            "    sys.stdin.readline()");

    @Test
    void clientThatComesDuringARestartIsServedByTheNextServer() throws Exception {
        new Tool("python3", "python3").orSkip();
        Path socket = dir.resolve("s");
        Process process = new ProcessBuilder("python3", "-c", MANAGER, socket.toString(),
                        System.getProperty("java.home") + "/bin/java", "--enable-native-access=ALL-UNNAMED", "-cp",
                        System.getProperty("java.class.path"), "-Xmx64m", "-XX:+UseSerialGC", ServesOne.class.getName())
                .redirectError(dir.resolve("err").toFile())
                .start();
        try (BufferedReader said = process.inputReader(); BufferedWriter tell = process.outputWriter()) {
            while (!Files.exists(socket)) {
                assertThat(process.isAlive()).as("%s", Files.readString(dir.resolve("err"))).isTrue();
                Thread.yield();
            }
            try (WireClient first = WireClient.open(socket, "vol")) {
                assertThat(first.read(0, 8)).hasSize(8);
            }
            assertThat(said.readLine()).isEqualTo("down");
            try (WireClient waiting = WireClient.connect(socket)) {
                tell.write("go on\n");
                tell.flush();
                assertThat(waiting.greet(3).go("vol").read(0, 8)).hasSize(8);
            }
            assertThat(said.readLine()).isEqualTo("down");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** The program that is started: it ends with its first client. */
    static final class ServesOne {
        public static void main(String[] arguments) throws Exception {
            CountDownLatch left = new CountDownLatch(1);
            try (NbdServer server = new NbdServer(); MemoryDevice device = new MemoryDevice(1 << 20)) {
                server.addExport(new Export("vol", "", device));
                server.whenClientsHaveLeft(left::countDown);
                server.listenInherited();
                left.await();
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    /** The program that is started: it ends with its second client. */
    static final class Activated {
        public static void main(String[] arguments) throws Exception {
            try (NbdServer server = new NbdServer(); MemoryDevice device = new MemoryDevice(1 << 20)) {
                server.addExport(new Export("vol", "", device));
                System.out.println("serves " + server.listenInherited());
                while (server.connections().size() < 2) {
                    Thread.onSpinWait();
                }
                while (!server.connections().isEmpty()) {
                    Thread.onSpinWait();
                }
            }
        }
    }
}
