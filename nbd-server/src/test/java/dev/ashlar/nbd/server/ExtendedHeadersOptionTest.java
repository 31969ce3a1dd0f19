package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.StyledClient.OPT_EXTENDED_HEADERS;
import static dev.ashlar.nbd.testkit.StyledClient.OPT_SET_META_CONTEXT;
import static dev.ashlar.nbd.testkit.StyledClient.contextData;
import static dev.ashlar.nbd.testkit.WireClient.ERR_EXT_HEADER_REQD;
import static dev.ashlar.nbd.testkit.WireClient.ERR_INVALID;
import static dev.ashlar.nbd.testkit.WireClient.OPT_EXPORT_NAME;
import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.OPT_INFO;
import static dev.ashlar.nbd.testkit.WireClient.OPT_STRUCTURED_REPLY;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.REP_ACK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.TakeoverRule;
import dev.ashlar.nbd.testkit.Chunk;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.OptionReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The row EXTENDED_HEADERS of docs/nbd.md, and the table "Transmission flags". */
class ExtendedHeadersOptionTest extends WireTestBase {
    private static final int SIZE = 1 << 20;
    private static final int HAS_FLAGS = 1;
    private static final int READ_ONLY = 2;
    private static final int FLUSH_AND_FUA = 4 | 8;
    private static final int ROTATIONAL = 16;
    private static final int TRIM_AND_ZEROES = 32 | 64;
    private static final int DF = 128;
    private static final int MULTI_CONN = 256;
    private static final int CACHE = 1024;
    private static final int FAST_ZERO = 2048;
    private static final int STATUS_PAYLOAD = 4096;
    private static final int ALWAYS = HAS_FLAGS | FLUSH_AND_FUA | MULTI_CONN | CACHE;
    private static final int WRITABLE = ALWAYS | TRIM_AND_ZEROES | FAST_ZERO;

    @BeforeEach
    void serve() {
        server.addExport(new Export("vol", "", new MemoryDevice(SIZE)));
    }

    private static int flags(WireClient client, int option, String export) throws IOException {
        List<OptionReply> replies = client.optionReplies(option, WireClient.infoData(export));
        assertThat(replies.getLast().type()).isEqualTo(REP_ACK);
        return Short.toUnsignedInt(replies.getFirst().data().getShort(10));
    }

    private void readsWithExtendedHeaders(WireClient client) throws IOException {
        StyledClient entered = new StyledClient(client.go("vol"), Style.EXTENDED);
        assertThat(entered.read(0, 512)).isEqualTo(new byte[512]);
    }

    @Test
    void extendedHeadersAloneAreEnough() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_EXTENDED_HEADERS)).isEqualTo(REP_ACK);
            readsWithExtendedHeaders(client);
        }
    }

    @Test
    void extendedHeadersAfterStructuredRepliesTakePrecedence() throws IOException {
        try (WireClient client = greeted().structured()) {
            assertThat(client.optionResult(OPT_EXTENDED_HEADERS)).isEqualTo(REP_ACK);
            readsWithExtendedHeaders(client);
        }
    }

    @Test
    void structuredRepliesAfterExtendedHeadersAreRefused() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_EXTENDED_HEADERS)).isEqualTo(REP_ACK);
            assertThat(client.optionResult(OPT_STRUCTURED_REPLY)).isEqualTo(ERR_EXT_HEADER_REQD);
            readsWithExtendedHeaders(client);
        }
    }

    @Test
    void askingTwiceChangesNothing() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_EXTENDED_HEADERS)).isEqualTo(REP_ACK);
            assertThat(client.optionResult(OPT_EXTENDED_HEADERS)).isEqualTo(REP_ACK);
            readsWithExtendedHeaders(client);
        }
    }

    @Test
    void extendedHeadersWithDataAreInvalidAndNotAgreed() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_EXTENDED_HEADERS, (byte) 1)).isEqualTo(ERR_INVALID);
            assertThat(client.go("vol").read(0, 512)).isEqualTo(new byte[512]);
        }
    }

    @Test
    void extendedHeadersKeepTheContexts() throws IOException {
        try (WireClient client = greeted().structured()) {
            client.optionReplies(OPT_SET_META_CONTEXT, contextData("vol", "base:allocation"));
            assertThat(client.optionResult(OPT_EXTENDED_HEADERS)).isEqualTo(REP_ACK);
            StyledClient entered = new StyledClient(client.go("vol"), Style.EXTENDED);
            assertThat(entered.call(0, StyledClient.BLOCK_STATUS, 0, 512).types())
                    .containsExactly(Chunk.BLOCK_STATUS_EXT);
        }
    }

    @Test
    void exportNameAfterExtendedHeadersCloses() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_EXTENDED_HEADERS)).isEqualTo(REP_ACK);
            client.option(OPT_EXPORT_NAME, "vol".getBytes(StandardCharsets.UTF_8));
            client.expectClosed();
        }
    }

    @Test
    void compactRequestAfterExtendedHeadersCloses() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_EXTENDED_HEADERS)).isEqualTo(REP_ACK);
            client.go("vol").request(0, READ, 1, 0, 512);
            client.send(new byte[4]);
            client.expectClosed();
        }
    }

    @Test
    void extendedRequestWithoutAgreementCloses() throws IOException {
        try (WireClient client = greeted().go("vol")) {
            new StyledClient(client, Style.EXTENDED).request(0, READ, 1, 0, 512);
            client.expectClosed();
        }
    }

    @ParameterizedTest
    @EnumSource
    void writableExportFlags(Style style) throws IOException {
        try (WireClient client = StyledClient.agree(greeted(), style)) {
            int df = style == Style.SIMPLE ? 0 : DF;
            assertThat(flags(client, OPT_INFO, "vol")).isEqualTo(WRITABLE | df);
            assertThat(flags(client, OPT_GO, "vol")).as("GO says the same").isEqualTo(WRITABLE | df);
        }
    }

    @ParameterizedTest
    @EnumSource
    void readOnlyExportFlags(Style style) throws IOException {
        server.addExport(new Export("ro", "", new MemoryDevice(SIZE), true));
        try (WireClient client = StyledClient.agree(greeted(), style)) {
            int df = style == Style.SIMPLE ? 0 : DF;
            assertThat(flags(client, OPT_INFO, "ro")).isEqualTo(ALWAYS | READ_ONLY | df);
            assertThat(flags(client, OPT_GO, "ro")).isEqualTo(ALWAYS | READ_ONLY | df);
        }
    }

    @Test
    void rotationalExportFlags() throws IOException {
        server.addExport(new Export("disk", "", new MemoryDevice(SIZE)).withRotational(true));
        try (WireClient client = greeted()) {
            assertThat(flags(client, OPT_INFO, "disk")).isEqualTo(WRITABLE | ROTATIONAL);
            client.option(OPT_EXPORT_NAME, "disk".getBytes(StandardCharsets.UTF_8));
            assertThat(client.receive(10).getShort(8)).isEqualTo((short) (WRITABLE | ROTATIONAL));
        }
    }

    @Test
    void oneConnectionEachExportFlags() throws IOException {
        server.addExport(new Export("one", "", new MemoryDevice(SIZE)).withTakeover(TakeoverRule.NEWEST));
        try (WireClient client = greeted()) {
            assertThat(flags(client, OPT_INFO, "one")).isEqualTo(WRITABLE & ~MULTI_CONN);
            assertThat(flags(client, OPT_GO, "one")).isEqualTo(WRITABLE & ~MULTI_CONN);
        }
    }

    @Test
    void blockStatusPayloadIsOfferedOnlyWithExtendedHeadersAndContexts() throws IOException {
        try (WireClient client = greeted().structured()) {
            client.optionReplies(OPT_SET_META_CONTEXT, contextData("vol", "base:allocation"));
            assertThat(flags(client, OPT_INFO, "vol")).isEqualTo(WRITABLE | DF);
            assertThat(client.optionResult(OPT_EXTENDED_HEADERS)).isEqualTo(REP_ACK);
            assertThat(flags(client, OPT_INFO, "vol")).isEqualTo(WRITABLE | DF | STATUS_PAYLOAD);
            client.optionReplies(OPT_SET_META_CONTEXT, contextData("vol"));
            assertThat(flags(client, OPT_INFO, "vol")).as("none selected").isEqualTo(WRITABLE | DF);
            client.optionReplies(OPT_SET_META_CONTEXT, contextData("", "base:allocation"));
            assertThat(flags(client, OPT_INFO, "vol")).as("selected for another name").isEqualTo(WRITABLE | DF);
            assertThat(flags(client, OPT_GO, "")).isEqualTo(WRITABLE | DF | STATUS_PAYLOAD);
        }
    }
}
