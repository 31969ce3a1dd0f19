package dev.ashlar.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.serve.ServeConfig.ArrayExport;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.nbd.AddressRange;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.TakeoverRule;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.TcpSettings;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.parity.ParityImplementation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    @TempDir
    private Path directory;

    private ServeConfig read(String toml) throws IOException {
        Path file = directory.resolve("ashlar.toml");
        Files.writeString(file, toml);
        return ConfigFile.read(file);
    }

    @Test
    void readsArrays() throws IOException {
        ServeConfig config = read("""
                [server]
                read-only = true

                [[array]]
                members = ["m0.img", "/dev/sdx"]
                force = true

                [[array]]
                members = "single.img"
                read-only = false
                run = true
                """);
        assertThat(config).isEqualTo(new ServeConfig(
                ServerSetting.NONE,
                List.of(
                        new ArraySource(
                                List.of(directory.resolve("m0.img"), Path.of("/dev/sdx")),
                                new OpenOptions(true, true, false)),
                        new ArraySource(List.of(directory.resolve("single.img")), new OpenOptions(false, false, true))),
                List.of()));
    }

    @Test
    void readsEveryKeyOfTheServer() throws IOException {
        ServeConfig config = read("""
                [server]
                listen = ["127.0.0.1:10810", "[::1]:0"]
                unix = "run/a.sock"
                vsock = [10809, 4294967294]
                unix-mode = "0660"
                tls = "on"
                tls-certificates = "certs"
                tls-verify-peer = true
                tls-psk = "/etc/psk"
                max-connections = 20
                max-connections-per-address = 4
                payload-memory = "512M"
                payload-wait = "3s"
                handshake-timeout = "5s"
                takeover-timeout = "4s"
                idle-timeout = "2h"
                stall-timeout = "500ms"
                drain-timeout = "1m"
                keepalive-idle = "20s"
                keepalive-interval = "7s"
                keepalive-count = 3
                tcp-user-timeout = "50s"
                rate = "100M"
                iops = 2000
                metrics = "9100"
                description = "of the attic"
                parity = "vector256"
                cow-directory = "changes"
                log-requests = true
                """);
        assertThat(config.server()).isEqualTo(new ServerSetting(
                new Listening(
                        List.of(new HostPort("127.0.0.1", 10810), new HostPort("::1", 0)),
                        List.of(directory.resolve("run/a.sock")),
                        List.of(10809, -2),
                        PosixFilePermissions.fromString("rw-rw----")),
                new TlsChoice(TlsMode.ON, directory.resolve("certs"), true, Path.of("/etc/psk")),
                new LimitChoice(
                        20,
                        4,
                        512L << 20,
                        Duration.ofSeconds(3),
                        new TimeChoice(
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(4),
                                Duration.ofHours(2),
                                Duration.ofMillis(500),
                                Duration.ofMinutes(1)),
                        new TcpChoice(Duration.ofSeconds(20), Duration.ofSeconds(7), 3, Duration.ofSeconds(50)),
                        100L << 20,
                        2000L),
                new HostPort("127.0.0.1", 9100),
                "of the attic",
                Optional.of(ParityImplementation.VECTOR256),
                directory.resolve("changes"),
                true));
    }

    @Test
    void readsEveryKeyOfAnExport() throws IOException {
        ServeConfig config = read("""
                [[export]]
                array = "data"
                name = "archive"
                description = "old things"
                read-only = true
                tls = true
                allow = ["192.0.2.0/24", "2001:db8::1"]
                allow-uid = [1000, 0, 4294967294]
                allow-identity = ["CN=backup", "PSK=alice"]
                rate = 1048576
                iops = "2K"
                rotational = true
                takeover = "newest"
                cow = false

                [[export]]
                array = "other"

                [[export]]
                array = "other"
                name = "for one"
                allow = "127.0.0.1"
                allow-uid = 7
                cow = true
                """);
        PeerRules many = new PeerRules(
                true,
                List.of(AddressRange.parse("192.0.2.0/24"), AddressRange.parse("2001:db8::1")),
                List.of(1000, 0, -2),
                List.of("CN=backup", "PSK=alice"));
        PeerRules one = new PeerRules(false, List.of(AddressRange.parse("127.0.0.1")), List.of(7), List.of());
        assertThat(config.exports()).containsExactly(
                new ArrayExport("data", new ExportSetting(
                        "archive", "old things", true, many, new RateLimits(1 << 20, 2048), true,
                        TakeoverRule.NEWEST, false)),
                new ArrayExport("other", ExportSetting.named("other")),
                new ArrayExport("other", new ExportSetting(
                        "for one", "", false, one, RateLimits.NONE, false, TakeoverRule.WAIT, true)));
    }

    @Test
    void copiesToChangeAreNotReadOnly() {
        refused("[[export]]\narray = \"x\"\nread-only = true\ncow = true\n", ":4:1: cow and read-only contradict");
    }

    @Test
    void tellsWhereAnUnknownKeyIs() {
        refused("[server]\nlisten = \"h:1\"\nreadonly = true\n", ":3:1: unknown key 'readonly' in [server]");
        refused("[[array]]\nmembers = []\n\n[[array]]\n  member = \"x\"\n", ":5:3: unknown key 'member' in [[array]]");
        refused("[[export]]\narray = \"x\"\nallow-ip = \"::1\"\n", ":3:1: unknown key 'allow-ip' in [[export]]");
        refused("[sever]\n", "unknown key 'sever' in the file");
    }

    @Test
    void whatIsEmptyIsNotGuessedAt() {
        refused("[[export]]\narray = \"x\"\nallow = []\n", ":3:1: allow is empty");
        refused("[[export]]\narray = \"x\"\nallow-uid = []\n", ":3:1: allow-uid is empty");
        refused("[[export]]\narray = \"x\"\nallow-identity = []\n", ":3:1: allow-identity is empty");
        refused("[[array]]\nmembers = []\n", ":2:1: members is empty");
        refused("[[array]]\nrun = true\n", ":2:1: an [[array]] has no key members");
    }

    @Test
    void tellsWhatTheStringCouldBe() {
        refused("[server]\nidle-timeout = 10\n",
                ":2:1: idle-timeout must be a string: '10' is no duration such as 500ms");
        refused("[server]\nunix-mode = 660\n", ":2:1: unix-mode must be a string: \"660\"");
        refused("[server]\ntls = true\n", ":2:1: tls must be a string: 'true' is none of off, on, require");
        refused("[server]\ntls = []\n", ":2:1: tls must be a string");
    }

    @Test
    void tellsWhereTheTextIsWrong() {
        refused("[[export]]\narray = \"x\"\nallow = [\n  \"::1\",\n  \"x\"]\n", ":5:3: ");
        refused("[server]\nlisten = [\"h:1\", 1]\n", ":2:18: listen must hold strings only");
        refused("[[export]]\nname = \"x\"\n", ":2:1: an [[export]] has no key array");
        refused("[server\n", ":1:");
        refused("array = \"x\"\n", ":1:1: array must be written [[array]]");
        refused("server = 1\n", ":1:1: server must be written [server]");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "listen, 1", "listen, \"h:99999\"", "unix, 1", "vsock, -1", "vsock, 4294967295", "vsock, \"x\"", "unix, \"a\\u0000b\"", "unix-mode, 432", "unix-mode, \"0860\"",
        "unix-mode, \"u=rw\"", "tls, true", "tls, \"yes\"", "tls-certificates, true", "tls-verify-peer, \"yes\"",
        "tls-psk, 1", "max-connections, 0", "max-connections, -1", "max-connections, \"9\"",
        "max-connections, 4294967297", "handshake-timeout, 10", "handshake-timeout, \"0s\"",
        "handshake-timeout, \"10\"", "idle-timeout, \"-1s\"", "idle-timeout, \"8761h\"", "handshake-timeout, \"9999999h\"",
        "max-connections, 65537",
        "max-connections-per-address, 0", "payload-memory, \"127M\"", "payload-memory, \"2T\"", "payload-wait, \"0s\"",
        "takeover-timeout, \"10s\"", "takeover-timeout, \"0s\"", "drain-timeout, \"0s\"", "keepalive-idle, \"0s\"",
        "keepalive-interval, \"10h\"", "keepalive-count, 128", "tcp-user-timeout, \"600h\"", "idle-timeout, false", "stall-timeout, \"soon\"",
        "rate, \"fast\"", "rate, -1", "rate, 1.5", "iops, \"1.5K\"", "metrics, \"localhost\"", "metrics, 65536",
        "metrics, true", "description, 1", "read-only, \"yes\"", "force, 1", "run, 0", "cow-directory, true", "log-requests, 1"
    })
    void refusesWhatAServerCannotBe(String key, String value) {
        refused("[server]\n" + key + " = " + value + "\n", ":2:1: ");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "name, 1", "array, 1", "description, []", "read-only, 1", "tls, \"on\"", "allow, \"example.org\"",
        "allow, \"192.0.2.0/33\"", "allow, 1", "allow-uid, \"root\"", "allow-uid, -1", "allow-uid, 4294967295", "allow, \"10/8\"",
        "allow-identity, \"backup\"", "allow-identity, \"CN=\"", "rate, \"1X\"", "iops, true", "rotational, 1",
        "takeover, \"oldest\"", "cow, \"yes\""
    })
    void refusesWhatAnExportCannotBe(String key, String value) {
        String array = key.equals("array") ? "" : "array = \"x\"\n";
        refused("[[export]]\n" + key + " = " + value + "\n" + array, ":2:1: ");
    }

    private void refused(String toml, String message) {
        assertThatThrownBy(() -> read(toml))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("ashlar.toml")
                .hasMessageContaining(message);
    }

    /** The first cells of the tables of {@code docs/serving.md} are the keys there are. */
    @Test
    void everyKeyIsInTheDocs() throws IOException {
        String docs = Files.readString(Path.of("../docs/serving.md"));
        assertThat(keys(docs.substring(docs.indexOf("## The server"), docs.indexOf("## Exports"))))
                .isEqualTo(ConfigFile.SERVER);
        assertThat(keys(docs.substring(docs.indexOf("## Exports"), docs.indexOf("## TLS"))))
                .isEqualTo(ConfigFile.EXPORT);
    }

    private static Set<String> keys(String section) {
        return section.lines()
                .filter(line -> line.startsWith("| `"))
                .flatMap(line -> Pattern.compile("`([a-z-]+)`").matcher(line.split("\\|")[1]).results())
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    private static LimitChoice limits(Integer connections, Duration handshake, Long rate) {
        TimeChoice times = new TimeChoice(handshake, null, null, null, null);
        return new LimitChoice(connections, null, null, null, times, TcpChoice.NONE, rate, null);
    }

    @Test
    void flagsWinAndAddressesOfBothAreUsed() {
        HostPort first = new HostPort("127.0.0.1", 1);
        HostPort second = new HostPort("127.0.0.1", 2);
        ServerSetting flags = new ServerSetting(
                new Listening(List.of(first), List.of(), null),
                new TlsChoice(TlsMode.ON, null, null, null),
                limits(5, null, null),
                null,
                null,
                Optional.empty(),
                null,
                false);
        ServerSetting file = new ServerSetting(
                new Listening(List.of(second), List.of(Path.of("s")), PosixFilePermissions.fromString("rw-------")),
                new TlsChoice(TlsMode.REQUIRE, Path.of("c"), true, null),
                limits(6, Duration.ofSeconds(1), 7L),
                first,
                "d",
                Optional.of(ParityImplementation.JAVA),
                Path.of("cow"),
                true);
        assertThat(flags.orElse(file)).isEqualTo(new ServerSetting(
                new Listening(
                        List.of(first, second), List.of(Path.of("s")), PosixFilePermissions.fromString("rw-------")),
                new TlsChoice(TlsMode.ON, Path.of("c"), true, null),
                limits(5, Duration.ofSeconds(1), 7L),
                first,
                "d",
                Optional.empty(),
                Path.of("cow"),
                false));
    }

    @Test
    void encryptsWhereThereIsSomethingToEncryptWith() {
        assertThat(TlsChoice.NONE.effectiveMode()).isEqualTo(TlsMode.OFF);
        assertThat(new TlsChoice(null, Path.of("c"), null, null).effectiveMode()).isEqualTo(TlsMode.REQUIRE);
        assertThat(new TlsChoice(TlsMode.OFF, Path.of("c"), null, null).effectiveMode()).isEqualTo(TlsMode.OFF);
    }

    @Test
    void whatIsNotSaidIsLeftToTheServer() {
        assertThat(LimitChoice.NONE.limits()).isEqualTo(ServerLimits.DEFAULTS);
        assertThat(limits(5000, null, null).limits().maxConnectionsPerAddress()).isEqualTo(5000);
        ServerLimits limits = new LimitChoice(
                        7,
                        3,
                        300L << 20,
                        Duration.ofSeconds(9),
                        new TimeChoice(
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(1),
                                Duration.ofHours(1),
                                Duration.ZERO,
                                Duration.ofSeconds(20)),
                        new TcpChoice(Duration.ofSeconds(1), Duration.ofSeconds(2), 3, Duration.ZERO),
                        5L << 20,
                        300L)
                .limits();
        assertThat(limits.maxConnectionsPerAddress()).isEqualTo(3);
        assertThat(limits.payloadMemoryBytes()).isEqualTo(300 << 20);
        assertThat(limits.payloadWait()).isEqualTo(Duration.ofSeconds(9));
        assertThat(limits.times().takeover()).isEqualTo(Duration.ofSeconds(1));
        assertThat(limits.times().drain()).isEqualTo(Duration.ofSeconds(20));
        assertThat(limits.tcp())
                .isEqualTo(new TcpSettings(Duration.ofSeconds(1), Duration.ofSeconds(2), 3, Duration.ZERO));
        assertThat(limits.maxConnections()).isEqualTo(7);
        assertThat(limits.times().handshake()).isEqualTo(Duration.ofSeconds(2));
        assertThat(limits.times().idle()).isEqualTo(Duration.ofHours(1));
        assertThat(limits.times().stall()).isZero();
        assertThat(limits.rates()).isEqualTo(new RateLimits(5 << 20, 300));
    }
}
