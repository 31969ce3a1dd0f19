package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.serve.ConfigFile;
import dev.ashlar.cli.serve.Daemon;
import dev.ashlar.nbd.client.NbdClient;
import dev.ashlar.nbd.client.NbdUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A small RAID 5 with a daemon, as its user sees them: by a configuration file, verbs and clients. */
final class ServedLife implements AutoCloseable {
    /** Of its own, because the daemons of this user all announce themselves in one place. */
    final String name = "served-" + UUID.randomUUID().toString().substring(0, 8);

    private final Path directory;
    private final Daemon daemon;

    /**
     * Makes the array and serves it at a TCP port and {@code directory/s}.
     *
     * @param server more lines for {@code [server]}
     * @param rest more tables; NAME stands for the array's name
     */
    ServedLife(Path directory, String server, String rest) throws IOException {
        this.directory = directory;
        Ran created = Ran.ashlar("create", name, "--level=5", "--member-size=64M", member(0), member(1), member(2));
        assertThat(created.exitCode()).as(created.err()).isEqualTo(ExitCode.OK);
        Path config = configure(server, rest);
        daemon = new Daemon(RunDirectory.of(System.getenv()), () -> ConfigFile.read(config));
        daemon.start(ConfigFile.read(config));
    }

    /** Writes the configuration anew; it holds once the daemon has reloaded it. */
    Path configure(String server, String rest) throws IOException {
        String members = IntStream.range(0, 3).mapToObj(number -> "\"m" + number + ".img\"")
                .collect(Collectors.joining(", "));
        return Files.writeString(directory.resolve("ashlar.toml"), """
                [server]
                listen = "127.0.0.1:0"
                unix = "s"
                SERVER
                [[array]]
                members = [MEMBERS]
                REST
                """.replace("SERVER", server).replace("MEMBERS", members).replace("REST", rest).replace("NAME", name));
    }

    Daemon daemon() {
        return daemon;
    }

    String member(int number) {
        return directory.resolve("m" + number + ".img").toString();
    }

    /** The URI of an export over TCP, as the daemon says it. */
    String tcp(String export) {
        return daemon.uris().stream()
                .filter(uri -> uri.matches("nbds?://.*/" + export))
                .findFirst()
                .orElseThrow();
    }

    /** The URI of an export over the Unix socket. */
    String unix(String export) {
        return daemon.uris().stream()
                .filter(uri -> uri.matches("nbds?\\+unix:///" + export + "\\?.*"))
                .findFirst()
                .orElseThrow();
    }

    static NbdClient connect(String uri) throws IOException {
        return NbdClient.connect(NbdUri.parse(uri));
    }

    /** A URI with parameters behind it. */
    static String with(String uri, String parameters) {
        return uri + (uri.contains("?") ? "&" : "?") + parameters;
    }

    /** Runs a verb about the array, which must succeed; what it printed. */
    String verb(String verb, String... more) {
        return verbEnding(ExitCode.OK, verb, more);
    }

    /** Runs a verb about the array, which must end so; what it printed on either stream. */
    String verbEnding(int exitCode, String verb, String... more) {
        String[] arguments = new String[more.length + 2];
        arguments[0] = verb;
        arguments[1] = name;
        System.arraycopy(more, 0, arguments, 2, more.length);
        Ran ran = Ran.ashlar(arguments);
        assertThat(ran.exitCode()).as("%s: %s", verb, ran.err()).isEqualTo(exitCode);
        return ran.out() + ran.err();
    }

    @Override
    public void close() throws IOException {
        daemon.close();
    }
}
