package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.ERR_UNKNOWN;
import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the log says of those who are refused; to them all refusals are alike. */
@Timeout(60)
class DenialTest {
    private static final int OTHER_USER = 123456;

    @TempDir
    Path dir;

    private NbdServer server;

    @BeforeEach
    void serve() throws IOException {
        server = new NbdServer(ServerLimits.DEFAULTS.withMaxConnections(1));
        add("users", new PeerRules(false, List.of(), List.of(OTHER_USER), List.of()));
        add("secret", new PeerRules(true, List.of(), List.of(), List.of()));
        server.listenUnix(dir.resolve("s"));
    }

    private void add(String name, PeerRules rules) {
        server.addExport(new Export(name, "", new MemoryDevice(1 << 20)).withRules(rules));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private WireClient connect() throws IOException {
        return WireClient.connect(dir.resolve("s")).greet(3);
    }

    @ParameterizedTest
    @CsvSource({
        "users, users, its user is not allowed", "secret, secret, it has not begun TLS", "none, none, there is none",
        "'a\nb', a?b, there is none"
    })
    void theLogSaysWhoAndWhy(String asked, String shown, String reason) throws IOException {
        try (LogCapture log = new LogCapture(); WireClient client = connect()) {
            assertThat(client.optionReplies(OPT_GO, WireClient.infoData(asked)).getLast().type())
                    .isEqualTo(ERR_UNKNOWN);
            assertThat(log.atLeast(Level.WARN)).singleElement().asString()
                    .matches("unix:.* \\(uid [0-9]+\\) is refused export '" + shown.replace("?", "\\?") + "': "
                            + reason);
        }
    }

    @Test
    void theLogSaysWhoIsOneTooMany() throws IOException {
        try (LogCapture log = new LogCapture(); WireClient _ = connect();
                WireClient second = WireClient.connect(dir.resolve("s"))) {
            second.expectClosed();
            assertThat(log.atLeast(Level.WARN)).singleElement().asString()
                    .matches("unix:.* is refused on .*/s: there are max-connections=1 already");
        }
    }
}
