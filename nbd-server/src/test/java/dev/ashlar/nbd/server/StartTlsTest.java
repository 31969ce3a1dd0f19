package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.StyledClient.OPT_LIST_META_CONTEXT;
import static dev.ashlar.nbd.testkit.StyledClient.OPT_SET_META_CONTEXT;
import static dev.ashlar.nbd.testkit.StyledClient.contextData;
import static dev.ashlar.nbd.testkit.WireClient.ERR_INVALID;
import static dev.ashlar.nbd.testkit.WireClient.ERR_POLICY;
import static dev.ashlar.nbd.testkit.WireClient.ERR_TLS_REQD;
import static dev.ashlar.nbd.testkit.WireClient.ERR_TOO_BIG;
import static dev.ashlar.nbd.testkit.WireClient.ERR_UNKNOWN;
import static dev.ashlar.nbd.testkit.WireClient.ERR_UNSUP;
import static dev.ashlar.nbd.testkit.WireClient.OPT_ABORT;
import static dev.ashlar.nbd.testkit.WireClient.OPT_EXPORT_NAME;
import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.OPT_INFO;
import static dev.ashlar.nbd.testkit.WireClient.OPT_LIST;
import static dev.ashlar.nbd.testkit.WireClient.OPT_STARTTLS;
import static dev.ashlar.nbd.testkit.WireClient.OPT_STRUCTURED_REPLY;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.REP_ACK;
import static dev.ashlar.nbd.testkit.WireClient.REP_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.TlsPolicy;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.testkit.TestCa;
import dev.ashlar.nbd.testkit.TlsFiles;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.OptionReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** STARTTLS and the three modes of the protocol text, section "TLS support". */
@Timeout(60)
class StartTlsTest {
    private static final TestCa CA = new TestCa("test CA");
    private static final int SIZE = 1 << 20;

    @TempDir
    Path dir;

    private Path socket;
    private NbdServer server;

    @BeforeEach
    void exports() {
        socket = dir.resolve("s");
        server = new NbdServer();
        server.addExport(new Export("open", "", new MemoryDevice(SIZE)));
        server.addExport(new Export("secret", "", new MemoryDevice(SIZE))
                .withRules(new PeerRules(true, List.of(), List.of(), List.of())));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void serve(TlsPolicy policy) throws IOException {
        Path pki = TlsFiles.write(dir.resolve("pki"), CA, CA.server(), null);
        server.useTls(TlsSettings.directory(pki).withPolicy(policy));
        server.listenUnix(socket);
    }

    private WireClient greeted() throws IOException {
        return WireClient.connect(socket).greet(3);
    }

    private WireClient encrypted() throws IOException {
        return greeted().startTls(CA.clientContext(null));
    }

    private static int info(WireClient client, String export) throws IOException {
        return client.optionReplies(OPT_INFO, WireClient.infoData(export)).getLast().type();
    }

    private static int go(WireClient client, String export) throws IOException {
        return client.optionReplies(OPT_GO, WireClient.infoData(export)).getLast().type();
    }

    private static List<String> list(WireClient client) throws IOException {
        return client.optionReplies(OPT_LIST, new byte[0]).stream()
                .filter(reply -> reply.type() == REP_SERVER)
                .map(OptionReply::data)
                .map(data -> StandardCharsets.UTF_8.decode(data.slice(4, data.getInt(0))).toString())
                .toList();
    }

    @Test
    void withoutTlsTheOptionIsUnsupportedAndNothingAsksForIt() throws IOException {
        server.listenUnix(socket);
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_STARTTLS)).isEqualTo(ERR_UNSUP);
            assertThat(list(client)).containsExactly("open");
            assertThat(go(client, "secret")).isEqualTo(ERR_UNKNOWN);
            assertThat(go(client, "open")).isEqualTo(REP_ACK);
        }
    }

    @Test
    void forcedTlsErrorsEveryOptionButStartTlsAndAbort() throws IOException {
        serve(TlsPolicy.REQUIRED);
        try (WireClient client = greeted()) {
            for (int option : new int[] {OPT_LIST, OPT_STRUCTURED_REPLY, 9, 10, 11, 4711}) {
                assertThat(client.optionResult(option)).as("option %s", option).isEqualTo(ERR_TLS_REQD);
            }
            assertThat(client.optionResult(OPT_INFO, WireClient.infoData("open"))).isEqualTo(ERR_TLS_REQD);
            assertThat(client.optionResult(OPT_GO, WireClient.infoData("open"))).isEqualTo(ERR_TLS_REQD);
            assertThat(client.optionResult(OPT_INFO, new byte[1 << 20])).isEqualTo(ERR_TLS_REQD);
            assertThat(client.optionResult(OPT_ABORT)).isEqualTo(REP_ACK);
            client.expectClosed();
        }
    }

    @Test
    void forcedTlsClosesExportName() throws IOException {
        serve(TlsPolicy.REQUIRED);
        try (WireClient client = greeted()) {
            client.option(OPT_EXPORT_NAME, "open".getBytes(StandardCharsets.UTF_8));
            client.expectClosed();
        }
    }

    @Test
    void forcedTlsClosesClientsThatCannotBeToldOfIt() throws IOException {
        serve(TlsPolicy.REQUIRED);
        try (WireClient client = WireClient.connect(socket).greet(0)) {
            client.expectClosed();
        }
    }

    @Test
    void behindTlsNothingAsksForTls() throws IOException {
        serve(TlsPolicy.REQUIRED);
        try (WireClient client = encrypted()) {
            assertThat(list(client)).containsExactly("open", "secret");
            assertThat(info(client, "nowhere")).isEqualTo(ERR_UNKNOWN);
            assertThat(client.optionResult(4711)).isEqualTo(ERR_UNSUP);
            client.go("secret");
            assertThat(client.errorOfWrite(0, 4096, new byte[] {1, 2, 3})).isZero();
            assertThat(client.read(4096, 3)).containsExactly(1, 2, 3);
            assertThat(server.connections().getFirst().export()).isEqualTo("secret");
        }
    }

    @Test
    void selectiveTlsHidesWhatIsTlsOnlyAndServesTheRest() throws IOException {
        serve(TlsPolicy.SELECTIVE);
        try (WireClient client = greeted()) {
            assertThat(list(client)).containsExactly("open");
            assertThat(info(client, "secret")).isEqualTo(ERR_TLS_REQD);
            assertThat(go(client, "secret")).isEqualTo(ERR_TLS_REQD);
            assertThat(info(client, "nowhere")).as("cannot be told from a hidden one").isEqualTo(ERR_TLS_REQD);
            assertThat(client.optionResult(4711)).isEqualTo(ERR_UNSUP);
            assertThat(client.optionResult(OPT_INFO, new byte[3])).isEqualTo(ERR_INVALID);
            client.go("open");
            assertThat(client.errorOf(0, READ, 0, 1)).isZero();
        }
        try (WireClient client = encrypted()) {
            assertThat(list(client)).containsExactly("open", "secret");
            assertThat(info(client, "nowhere")).isEqualTo(ERR_UNKNOWN);
            client.go("secret");
        }
        try (WireClient client = encrypted().go("open")) {
            assertThat(client.errorOf(0, READ, 0, 1)).isZero();
        }
    }

    @Test
    void selectiveTlsTellsOfTlsInReplyToInfoAndGoOnly() throws IOException {
        serve(TlsPolicy.SELECTIVE);
        try (WireClient client = greeted().structured()) {
            for (String export : new String[] {"secret", "nowhere"}) {
                for (int option : new int[] {OPT_LIST_META_CONTEXT, OPT_SET_META_CONTEXT}) {
                    assertThat(client.optionResult(option, contextData(export, "base:allocation")))
                            .as("option %d of %s", option, export).isEqualTo(ERR_UNKNOWN);
                }
            }
            assertThat(info(client, "secret")).isEqualTo(ERR_TLS_REQD);
        }
    }

    @Test
    void selectiveTlsClosesExportNameOfWhatIsTlsOnly() throws IOException {
        serve(TlsPolicy.SELECTIVE);
        try (WireClient client = greeted()) {
            client.option(OPT_EXPORT_NAME, "secret".getBytes(StandardCharsets.UTF_8));
            client.expectClosed();
        }
        try (WireClient client = encrypted()) {
            client.option(OPT_EXPORT_NAME, "secret".getBytes(StandardCharsets.UTF_8));
            assertThat(client.receive(10).getLong()).isEqualTo(SIZE);
            assertThat(client.errorOf(0, READ, 0, 1)).isZero();
        }
    }

    @Test
    void clientsWithoutFixedNewstyleAreNotToldOfTls() throws IOException {
        serve(TlsPolicy.SELECTIVE);
        try (WireClient client = WireClient.connect(socket).greet(0)) {
            assertThat(client.optionResult(OPT_STARTTLS)).isEqualTo(ERR_POLICY);
            assertThat(info(client, "secret")).isEqualTo(ERR_UNKNOWN);
            client.go("open");
        }
    }

    @Test
    void startTlsDropsWhatWasNegotiatedBefore() throws IOException {
        serve(TlsPolicy.SELECTIVE);
        try (WireClient client = greeted().structured().startTls(CA.clientContext(null)).go("open")) {
            assertThat(client.read(0, 512)).as("a simple reply").hasSize(512);
        }
        try (WireClient client = encrypted().structured().go("open")) {
            client.request(0, READ, 5, 0, 512);
            assertThat(client.chunk().cookie()).isEqualTo(5);
        }
    }

    @Test
    void startTlsKeepsTheFlagsOfTheGreeting() throws IOException {
        serve(TlsPolicy.SELECTIVE);
        try (WireClient client = encrypted()) {
            client.option(OPT_EXPORT_NAME, "open".getBytes(StandardCharsets.UTF_8));
            client.receive(10);
            assertThat(client.read(0, 16)).as("without 124 zeroes before").hasSize(16);
        }
    }

    @Test
    void secondStartTlsIsInvalid() throws IOException {
        serve(TlsPolicy.REQUIRED);
        try (WireClient client = encrypted()) {
            assertThat(client.optionResult(OPT_STARTTLS)).isEqualTo(ERR_INVALID);
            client.go("open");
        }
    }

    @Test
    void startTlsWithDataIsInvalid() throws IOException {
        serve(TlsPolicy.REQUIRED);
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_STARTTLS, (byte) 1)).isEqualTo(ERR_INVALID);
            assertThat(client.optionResult(OPT_STARTTLS, new byte[1 << 20])).isEqualTo(ERR_TOO_BIG);
            client.startTls(CA.clientContext(null)).go("open");
        }
    }

    @Test
    void abortBehindTlsIsAcknowledgedAndEndsTls() throws IOException {
        serve(TlsPolicy.REQUIRED);
        try (WireClient client = encrypted()) {
            assertThat(client.optionResult(OPT_ABORT)).isEqualTo(REP_ACK);
            client.expectClosed();
            assertThat(client.tls().engine().isInboundDone()).as("close_notify has come").isTrue();
        }
    }
}
