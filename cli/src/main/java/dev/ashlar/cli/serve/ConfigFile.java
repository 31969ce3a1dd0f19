package dev.ashlar.cli.serve;

import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.result.Failures;
import dev.ashlar.cli.serve.ServeConfig.ArrayExport;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.cli.show.Durations;
import dev.ashlar.cli.show.Sizes;
import dev.ashlar.nbd.AddressRange;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.TakeoverRule;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.parity.ParityImplementation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/**
 * The configuration of a daemon as TOML: {@code [server]}, {@code [[array]]} and {@code [[export]]}, with keys named
 * like the flags of {@code ashlar serve} and {@code ashlar export}.
 *
 * <p>What is not known is refused with its line and column, because a misspelt {@code read-only} must not be lost.
 * Relative paths count from the file's directory. {@code read-only}, {@code force} and {@code run} of {@code [server]}
 * hold for every array that does not say otherwise.
 */
public final class ConfigFile {
    private static final Set<String> TOP = Set.of("server", "array", "export");
    static final Set<String> SERVER = Set.of(
            "listen", "unix", "vsock", "unix-mode", "tls", "tls-certificates", "tls-verify-peer", "tls-psk",
            "max-connections", "max-connections-per-address", "payload-memory", "payload-wait",
            "handshake-timeout", "takeover-timeout", "idle-timeout", "stall-timeout", "drain-timeout", "keepalive-idle", "keepalive-interval",
            "keepalive-count", "tcp-user-timeout", "rate", "iops", "metrics", "description", "parity",
            "cow-directory", "log-requests", "read-only", "force", "run");
    private static final Set<String> ARRAY = Set.of("members", "read-only", "force", "run");
    static final Set<String> EXPORT = Set.of(
            "name", "array", "description", "read-only", "tls", "allow", "allow-uid", "allow-identity", "rate", "iops",
            "rotational", "takeover", "cow");

    private static final int MAX_BYTES = 1 << 20;

    private final Path file;

    private ConfigFile(Path file) {
        this.file = file;
    }

    /**
     * Reads the file.
     *
     * @throws CommandFailure that says where, if it is not a configuration
     */
    public static ServeConfig read(Path file) throws IOException {
        return new ConfigFile(file).read();
    }

    private ServeConfig read() throws IOException {
        TomlParseResult toml = Toml.parse(text());
        if (toml.hasErrors()) {
            TomlParseError error = toml.errors().getFirst();
            throw new CommandFailure(ExitCode.USAGE, file + ":" + error.position().line() + ":"
                    + error.position().column() + ": " + error.getMessage());
        }
        TomlKeys keys = new TomlKeys(file, toml, "the file", TOP);
        TomlKeys server = keys.table("server", SERVER);
        OpenOptions defaults = server == null ? OpenOptions.WRITABLE : options(server, OpenOptions.WRITABLE);
        return new ServeConfig(
                server == null ? ServerSetting.NONE : server(server), arrays(keys, defaults), exports(keys));
    }

    /** What cannot be read was named wrongly: nothing that a restart of the daemon would mend. */
    private String text() throws CommandFailure {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new CommandFailure(ExitCode.USAGE, file + ": longer than " + MAX_BYTES + " bytes");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            throw new CommandFailure(ExitCode.USAGE, file + ": not UTF-8 text");
        } catch (CommandFailure e) {
            throw e;
        } catch (IOException e) {
            String why = Failures.sentence(e);
            throw new CommandFailure(
                    ExitCode.USAGE, why.startsWith(file.toString()) ? why : "cannot read " + file + ": " + why);
        }
    }

    private ServerSetting server(TomlKeys keys) throws CommandFailure {
        Listening listening = new Listening(
                keys.list("listen", HostPort::parse),
                keys.list("unix", this::resolve),
                keys.numbers("vsock", Listening::parseVsock),
                keys.parsed("unix-mode", Listening::parseMode));
        TlsChoice tls = new TlsChoice(
                keys.parsed("tls", TlsMode::parse),
                keys.parsed("tls-certificates", this::resolve),
                keys.flag("tls-verify-peer", null),
                keys.parsed("tls-psk", this::resolve));
        return new ServerSetting(
                listening,
                tls,
                limits(keys),
                keys.parsedNumber("metrics", HostPort::parseLocal),
                keys.text("description", null),
                keys.parsed("parity", ParityImplementation::parse),
                keys.parsed("cow-directory", this::resolve),
                keys.flag("log-requests", null));
    }

    /** What is wrong with a limit is said in a sentence that begins with its key. */
    private static LimitChoice limits(TomlKeys keys) throws CommandFailure {
        try {
            return new LimitChoice(
                    keys.number("max-connections"),
                    keys.number("max-connections-per-address"),
                    keys.parsedNumber("payload-memory", Sizes::parse),
                    keys.parsed("payload-wait", Durations::parse),
                    new TimeChoice(
                            keys.parsed("handshake-timeout", Durations::parse),
                            keys.parsed("takeover-timeout", Durations::parse),
                            keys.parsed("idle-timeout", Durations::parse),
                            keys.parsed("stall-timeout", Durations::parse),
                            keys.parsed("drain-timeout", Durations::parse)),
                    new TcpChoice(
                            keys.parsed("keepalive-idle", Durations::parse),
                            keys.parsed("keepalive-interval", Durations::parse),
                            keys.number("keepalive-count"),
                            keys.parsed("tcp-user-timeout", Durations::parse)),
                    keys.parsedNumber("rate", Sizes::parse),
                    keys.parsedNumber("iops", Sizes::parse));
        } catch (IllegalArgumentException e) {
            throw keys.failure(e.getMessage().substring(0, e.getMessage().indexOf(' ')), e.getMessage());
        }
    }

    private List<ArraySource> arrays(TomlKeys file, OpenOptions defaults) throws CommandFailure {
        List<ArraySource> arrays = new ArrayList<>();
        for (TomlKeys keys : file.tables("array", ARRAY)) {
            List<Path> members = keys.list("members", this::resolve);
            if (members.isEmpty()) {
                throw keys.failure("members", "an [[array]] has no key members");
            }
            arrays.add(new ArraySource(members, options(keys, defaults)));
        }
        return arrays;
    }

    private static List<ArrayExport> exports(TomlKeys file) throws CommandFailure {
        List<ArrayExport> exports = new ArrayList<>();
        for (TomlKeys keys : file.tables("export", EXPORT)) {
            String array = keys.text("array", null);
            if (array == null) {
                throw keys.failure("array", "an [[export]] has no key array");
            }
            exports.add(new ArrayExport(array, export(keys, array), keys.where("array")));
        }
        return exports;
    }

    private static ExportSetting export(TomlKeys keys, String array) throws CommandFailure {
        Long rate = keys.parsedNumber("rate", Sizes::parse);
        Long iops = keys.parsedNumber("iops", Sizes::parse);
        TakeoverRule takeover = keys.parsed("takeover", TakeoverRule::parse);
        PeerRules rules = new PeerRules(
                keys.flag("tls", false),
                keys.list("allow", AddressRange::parse),
                keys.numbers("allow-uid", ExportSetting::parseUid),
                keys.list("allow-identity", ExportSetting::parseIdentity));
        boolean readOnly = keys.flag("read-only", false);
        boolean cow = keys.flag("cow", false);
        if (cow && readOnly) {
            throw keys.failure("cow", ExportSetting.COW_READ_ONLY);
        }
        return new ExportSetting(
                keys.text("name", array),
                keys.text("description", ""),
                readOnly,
                rules,
                new RateLimits(rate == null ? 0 : rate, iops == null ? 0 : iops),
                keys.flag("rotational", false),
                takeover == null ? TakeoverRule.WAIT : takeover,
                cow);
    }

    private static OpenOptions options(TomlKeys keys, OpenOptions defaults) throws CommandFailure {
        return new OpenOptions(
                keys.flag("read-only", defaults.readOnly()),
                keys.flag("force", defaults.force()),
                keys.flag("run", defaults.run()));
    }

    private Path resolve(String text) {
        return file.toAbsolutePath().resolveSibling(text).normalize();
    }
}
