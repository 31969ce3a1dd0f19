package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.ashlar.cli.json.JsonObject;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.nbd.client.NbdClient;
import dev.ashlar.nbd.client.NbdUri;
import dev.ashlar.nbd.testkit.Tool;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ashlar} as a user runs it, in processes of its own. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LauncherIT {
    private static final Path LAUNCHER = Path.of("../ashlar").toAbsolutePath().normalize();

    @TempDir
    private Path directory;

    private Process start(Path launcher, Map<String, String> environment, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.redirectError(directory.resolve("stderr").toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private Ran run(Path launcher, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Process process = start(launcher, environment, List.of(arguments));
        String out = new String(process.getInputStream().readAllBytes());
        return new Ran(process.waitFor(), out, Files.readString(directory.resolve("stderr")));
    }

    @Test
    void worksFromAnywhereThroughALinkWithBlanksInItsPath() throws Exception {
        Path link = Files.createDirectory(directory.resolve("my bin")).resolve("ashlar link");
        Files.createSymbolicLink(link, LAUNCHER);
        Ran ran = run(link, Map.of(), "--version");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(ran.out()).startsWith("ashlar ");
    }

    @Test
    void passesArgumentsOnAsTheyAre() throws Exception {
        Ran ran = run(LAUNCHER, Map.of(), "detail", "no such array; $HOME *");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.err()).contains("no array no such array; $HOME *:");
    }

    /** A file system of its own for the script, with nothing of what it looks for but the basic tools. */
    @Test
    void saysInOneSentenceWhereItLookedForAJdk() throws Exception {
        Path tools = Files.createDirectory(directory.resolve("tools"));
        for (String tool : List.of("sh", "readlink", "dirname", "grep")) {
            Path found = Stream.of("/usr/bin", "/bin").map(bin -> Path.of(bin, tool)).filter(Files::exists).findFirst()
                    .orElseThrow();
            Files.createSymbolicLink(tools.resolve(tool), found.toRealPath());
        }
        String script = Files.readString(LAUNCHER).replace("/usr/lib/jvm", directory.resolve("jvm").toString());
        Path copy = Files.writeString(directory.resolve("ashlar"), script);
        Ran ran = run(tools.resolve("sh"), Map.of(
                "PATH", tools.toString(), "HOME", directory.toString(), "JAVA_HOME", "/nowhere", "JAVA25_HOME", "",
                "ASHLAR_JAVA_HOME", "", "SDKMAN_DIR", directory.toString()), copy.toString(), "--version");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.MISSING_TOOL);
        assertThat(ran.err()).hasLineCount(1).contains("JDK 25 is needed", "ASHLAR_JAVA_HOME", "PATH", "SDKMAN");
    }

    @Test
    void servesUntilTheSignalAndLeavesTheArrayClean() throws Exception {
        List<String> members = IntStream.range(0, 4).mapToObj(number -> "m" + number + ".img").toList();
        List<String> create = new ArrayList<>(List.of("create", "signalled", "--level=6", "--member-size=64M"));
        create.addAll(members);
        assertThat(run(LAUNCHER, Map.of(), create.toArray(String[]::new)).exitCode()).isEqualTo(ExitCode.OK);
        List<String> serve = new ArrayList<>(List.of("serve", "--listen=127.0.0.1:0", "--unix=s.sock"));
        serve.addAll(members);
        Process process = start(LAUNCHER, Map.of(), serve);
        BufferedReader lines = process.inputReader();
        assertThat(lines.readLine()).matches("nbd://127.0.0.1:[0-9]+/signalled");
        assertThat(lines.readLine())
                .isEqualTo("nbd+unix:///signalled?socket=" + directory.toRealPath().resolve("s.sock"));
        process.destroy();
        assertThat(process.waitFor()).isEqualTo(ExitCode.OK);
        assertThat(directory.resolve("s.sock")).doesNotExist();
        Ran examine = run(LAUNCHER, Map.of(), "examine", "--json", "m0.img");
        assertThat(JsonObject.parse(examine.out()).objects("members").getFirst().flag("clean")).isTrue();
    }

    @Test
    void readsItsConfigurationAgainWithSighup() throws Exception {
        assumeFalse(hangupIsIgnored(), "SIGHUP is ignored by whoever runs the tests, as nohup does");
        assertThat(run(LAUNCHER, Map.of(), "create", "hung", "--level=1", "--member-size=64M", "m0", "m1").exitCode())
                .isEqualTo(ExitCode.OK);
        String text = "[server]\nunix = \"s\"\n[[array]]\nmembers = [\"m0\", \"m1\"]\n";
        Path config = Files.writeString(directory.resolve("ashlar.toml"), text);
        Process process = start(LAUNCHER, Map.of(), List.of("serve", "--config=" + config));
        try {
            String uri = process.inputReader().readLine();
            Files.writeString(config, text + "[[export]]\narray = \"hung\"\nname = \"up\"\n");
            assertThat(new ProcessBuilder("kill", "-HUP", "" + process.pid()).start().waitFor()).isZero();
            Path log = directory.resolve("stderr");
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            while (!Files.readString(log).contains("configuration reloaded") && System.nanoTime() - deadline < 0) {
                Thread.onSpinWait();
            }
            assertThat(Files.readString(log)).contains("added export up of hung");
            try (NbdClient client = NbdClient.connect(NbdUri.parse(uri.replace("/hung?", "/up?")))) {
                client.read(0, ByteBuffer.allocate(4096));
            }
        } finally {
            process.destroy();
        }
        assertThat(process.waitFor()).isEqualTo(ExitCode.OK);
    }

    /** Children inherit it, and a JVM leaves an ignored signal alone. */
    private static boolean hangupIsIgnored() throws IOException {
        String ignored = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:")).findFirst().orElse("SigIgn: 0");
        return (Long.parseUnsignedLong(ignored.substring(7).strip(), 16) & 1) != 0;
    }

    /** With the file of a Unix socket and a TCP port that somebody else has opened, as systemd does. */
    @Test
    void servesTheSocketsOfAServiceManager() throws Exception {
        Tool activate = new Tool("systemd-socket-activate", "systemd").orSkip(directory, "--version");
        assertThat(run(LAUNCHER, Map.of(), "create", "passed", "--level=1", "--member-size=64M", "m0", "m1").exitCode())
                .isEqualTo(ExitCode.OK);
        Path socket = directory.toRealPath().resolve("passed.sock");
        Process process = start(Path.of(activate.name()), Map.of(), List.of(
                "-l", socket.toString(), "-l", "127.0.0.1:" + freePort(), "--setenv=PATH", "--setenv=XDG_RUNTIME_DIR",
                "--setenv=JAVA25_HOME", "--setenv=ASHLAR_JAVA_HOME", LAUNCHER.toString(), "serve", "m0", "m1"));
        try {
            while (!Files.exists(socket) && process.isAlive()) {
                Thread.onSpinWait();
            }
            String uri = "nbd+unix:///passed?socket=" + socket;
            try (NbdClient client = NbdClient.connect(NbdUri.parse(uri))) {
                client.read(0, ByteBuffer.allocate(4096));
            }
            BufferedReader lines = process.inputReader();
            assertThat(lines.readLine()).isEqualTo(uri);
            String tcp = lines.readLine();
            try (NbdClient client = NbdClient.connect(NbdUri.parse(tcp))) {
                assertThat(tcp).matches("nbd://127.0.0.1:[0-9]+/passed");
                assertThat(client.sizeBytes()).isPositive();
            }
        } finally {
            process.destroy();
        }
        assertThat(process.waitFor()).isEqualTo(ExitCode.OK);
        assertThat(socket).exists();
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    @Test
    void theDemoPasses() throws Exception {
        Ran ran = run(LAUNCHER, Map.of("TMPDIR", directory.toString()), "demo", "--size=32M");
        assertThat(ran.out()).contains("passed in");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.OK);
    }
}
