package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.ERR_INVALID;
import static dev.ashlar.nbd.testkit.WireClient.ERR_SHUTDOWN;
import static dev.ashlar.nbd.testkit.WireClient.ERR_TOO_BIG;
import static dev.ashlar.nbd.testkit.WireClient.ERR_UNKNOWN;
import static dev.ashlar.nbd.testkit.WireClient.ERR_UNSUP;
import static dev.ashlar.nbd.testkit.WireClient.OPT_ABORT;
import static dev.ashlar.nbd.testkit.WireClient.OPT_EXPORT_NAME;
import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.OPT_INFO;
import static dev.ashlar.nbd.testkit.WireClient.OPT_LIST;
import static dev.ashlar.nbd.testkit.WireClient.OPT_STRUCTURED_REPLY;
import static dev.ashlar.nbd.testkit.WireClient.REP_ACK;
import static dev.ashlar.nbd.testkit.WireClient.REP_INFO;
import static dev.ashlar.nbd.testkit.WireClient.REP_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.OptionReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows of the table "Handshake" in docs/nbd.md. */
class HandshakeTest extends WireTestBase {
    private static final int SIZE = 1 << 20;
    /** HAS_FLAGS, SEND_FLUSH, SEND_FUA, SEND_TRIM, SEND_WRITE_ZEROES, CAN_MULTI_CONN, SEND_CACHE, SEND_FAST_ZERO. */
    private static final int FLAGS = 1 | 4 | 8 | 32 | 64 | 256 | 1024 | 2048;

    @BeforeEach
    void serveTwoExports() {
        server.addExport(new Export("one", "the first", new MemoryDevice(SIZE)));
        server.addExport(new Export("zwei ü", "", new MemoryDevice(2 * SIZE)));
    }

    @Test
    void unknownClientFlagCloses() throws IOException {
        try (WireClient client = WireClient.connect(socket).greet(4)) {
            client.expectClosed();
        }
    }

    @Test
    void clientWithoutFixedNewstyleIsServed() throws IOException {
        try (WireClient client = WireClient.connect(socket).greet(0)) {
            assertThat(client.optionResult(OPT_ABORT)).isEqualTo(REP_ACK);
        }
    }

    @Test
    void unknownOptionIsUnsupportedAndTheNextOneUnderstood() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(4711, new byte[100])).isEqualTo(ERR_UNSUP);
            assertThat(client.optionResult(OPT_STRUCTURED_REPLY)).isEqualTo(REP_ACK);
        }
    }

    @Test
    void startTlsWithoutCertificatesIsUnsupported() throws IOException {
        try (NbdServer plain = new NbdServer()) {
            plain.listenUnix(dir.resolve("plain"));
            try (WireClient client = WireClient.connect(dir.resolve("plain")).greet(3)) {
                assertThat(client.optionResult(5)).isEqualTo(ERR_UNSUP);
            }
        }
    }

    @Test
    void wrongOptionMagicCloses() throws IOException {
        try (WireClient client = greeted()) {
            client.send(new byte[16]);
            client.expectClosed();
        }
    }

    @Test
    void oversizedOptionIsEatenAndTheNextOneUnderstood() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_INFO, new byte[1 << 20])).isEqualTo(ERR_TOO_BIG);
            assertThat(client.optionResult(999, new byte[1 << 20])).isEqualTo(ERR_UNSUP);
            client.go("one");
        }
    }

    @Test
    void exportNameAnswersSizeFlagsAndZeroes() throws IOException {
        try (WireClient client = WireClient.connect(socket).greet(1)) {
            client.option(OPT_EXPORT_NAME, "one".getBytes(StandardCharsets.UTF_8));
            ByteBuffer answer = client.receive(134);
            assertThat(answer.getLong()).isEqualTo(SIZE);
            assertThat(answer.getShort()).isEqualTo((short) FLAGS);
            assertThat(answer.slice()).isEqualTo(ByteBuffer.allocate(124));
            assertThat(client.read(0, 512)).isEqualTo(new byte[512]);
        }
    }

    @Test
    void exportNameLeavesZeroesOutWhenAgreed() throws IOException {
        try (WireClient client = greeted()) {
            client.option(OPT_EXPORT_NAME, "one".getBytes(StandardCharsets.UTF_8));
            client.receive(10);
            assertThat(client.read(0, 512)).isEqualTo(new byte[512]);
        }
    }

    @Test
    void exportNameOfAnUnknownExportCloses() throws IOException {
        try (WireClient client = greeted()) {
            client.option(OPT_EXPORT_NAME, "none".getBytes(StandardCharsets.UTF_8));
            client.expectClosed();
        }
        try (WireClient client = greeted()) {
            client.optionHeader(OPT_EXPORT_NAME, 1 << 20);
            client.expectClosed();
        }
    }

    @Test
    void abortIsAcknowledgedThenClosed() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_ABORT)).isEqualTo(REP_ACK);
            client.expectClosed();
        }
    }

    @Test
    void abortWithDataIsAcknowledgedToo() throws IOException {
        for (int bytes : new int[] {100, 1 << 20}) {
            try (WireClient client = greeted()) {
                assertThat(client.optionResult(OPT_ABORT, new byte[bytes])).isEqualTo(REP_ACK);
                client.expectClosed();
            }
        }
    }

    @Test
    void exportNameThatIsNoNameCloses() throws IOException {
        for (byte[] name : new byte[][] {{'o', 0}, {(byte) 0xff}, new byte[4097]}) {
            try (WireClient client = greeted()) {
                client.option(OPT_EXPORT_NAME, name);
                client.expectClosed();
            }
        }
    }

    @Test
    void exportNameTakesTheEmptyName() throws IOException {
        server.addExport(new Export("", "", new MemoryDevice(512)));
        try (WireClient client = greeted()) {
            client.option(OPT_EXPORT_NAME, new byte[0]);
            assertThat(client.receive(10).getLong()).isEqualTo(512);
        }
    }

    @Test
    void structuredReplyTwiceChangesNothing() throws IOException {
        try (WireClient client = greeted().structured().structured().go("one")) {
            client.request(0, WireClient.READ, 1, 0, 512);
            assertThat(client.chunk().cookie()).isEqualTo(1);
        }
    }

    @Test
    void listNamesEveryExportWithItsDescription() throws IOException {
        try (WireClient client = greeted()) {
            List<OptionReply> replies = client.optionReplies(OPT_LIST, new byte[0]);
            assertThat(replies).extracting(OptionReply::type).containsExactly(REP_SERVER, REP_SERVER, REP_ACK);
            assertThat(replies.get(0).text()).isEqualTo("\0\0\0\3onethe first");
            assertThat(replies.get(1).text()).isEqualTo("\0\0\0\7zwei ü");
        }
    }

    @Test
    void listWithDataIsInvalid() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_LIST, (byte) 0)).isEqualTo(ERR_INVALID);
            client.go("one");
        }
    }

    @Test
    void listOfVeryManyExportsIsWhole() throws IOException {
        for (int i = 0; i < 500; i++) {
            server.addExport(new Export("x".repeat(100) + i, "y".repeat(100), new MemoryDevice(512)));
        }
        try (WireClient client = greeted()) {
            assertThat(client.optionReplies(OPT_LIST, new byte[0])).hasSize(503);
        }
    }

    @Test
    void longestNameAndDescriptionArriveWhole() throws IOException {
        String longest = "ü".repeat(2048);
        server.addExport(new Export(longest, longest, new MemoryDevice(512)));
        try (WireClient client = greeted()) {
            List<OptionReply> replies = client.optionReplies(OPT_INFO, WireClient.infoData(longest, 1, 2));
            assertThat(replies.getLast().type()).isEqualTo(REP_ACK);
            assertThat(replies.get(2).text()).endsWith(longest);
            assertThat(replies.get(3).text()).endsWith(longest);
            assertThat(client.optionReplies(OPT_LIST, new byte[0])).hasSize(4);
        }
    }

    @Test
    void infoAndGoAgree() throws IOException {
        try (WireClient client = greeted().structured()) {
            List<OptionReply> info = client.optionReplies(OPT_INFO, WireClient.infoData("one", 1, 2, 3));
            List<OptionReply> go = client.optionReplies(OPT_GO, WireClient.infoData("one", 1, 2, 3));
            assertThat(info).extracting(OptionReply::data).isEqualTo(go.stream().map(OptionReply::data).toList());
        }
    }

    @Test
    void infoTellsSizeBlockSizesNameAndDescription() throws IOException {
        try (WireClient client = greeted().structured()) {
            List<OptionReply> replies = client.optionReplies(OPT_INFO, WireClient.infoData("one", 2, 1, 77, 1));
            assertThat(replies).extracting(OptionReply::type)
                    .containsExactly(REP_INFO, REP_INFO, REP_INFO, REP_INFO, REP_ACK);
            assertThat(replies.get(0).data()).isEqualTo(ByteBuffer.allocate(12)
                    .putShort((short) 0).putLong(SIZE).putShort((short) (FLAGS | 128)).flip());
            assertThat(replies.get(1).data()).isEqualTo(ByteBuffer.allocate(14)
                    .putShort((short) 3).putInt(1).putInt(4096).putInt(64 << 20).flip());
            assertThat(replies.get(2).text()).isEqualTo("\0\2the first");
            assertThat(replies.get(3).text()).isEqualTo("\0\1one");
        }
    }

    @Test
    void infoDoesNotEnterTheExport() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionReplies(OPT_INFO, WireClient.infoData("one")).getLast().type()).isEqualTo(REP_ACK);
            assertThat(server.connections()).singleElement().satisfies(c -> assertThat(c.export()).isNull());
            client.go("zwei ü");
        }
    }

    @Test
    void dontFragmentIsAdvertisedOnlyWithStructuredReplies() throws IOException {
        try (WireClient client = greeted()) {
            ByteBuffer info = client.optionReplies(OPT_INFO, WireClient.infoData("one")).getFirst().data();
            assertThat(info.getShort(10)).isEqualTo((short) FLAGS);
        }
    }

    @Test
    void readOnlyExportSaysSo() throws IOException {
        server.addExport(new Export("ro", "", new MemoryDevice(SIZE), true));
        try (WireClient client = greeted()) {
            ByteBuffer info = client.optionReplies(OPT_INFO, WireClient.infoData("ro")).getFirst().data();
            assertThat(info.getShort(10)).isEqualTo((short) (1 | 2 | 4 | 8 | 256 | 1024));
        }
    }

    @Test
    void unknownExportIsRefusedAndAnotherCanBeTried() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_GO, WireClient.infoData("none"))).isEqualTo(ERR_UNKNOWN);
            assertThat(client.optionResult(OPT_INFO, WireClient.infoData("none"))).isEqualTo(ERR_UNKNOWN);
            client.go("one");
        }
    }

    @Test
    void emptyNameMeansTheOnlyExport() throws Exception {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_GO, WireClient.infoData(""))).as("two exports").isEqualTo(ERR_UNKNOWN);
            server.removeExport("zwei ü");
            List<OptionReply> replies = client.optionReplies(OPT_GO, WireClient.infoData("", 1));
            assertThat(replies.get(2).text()).as("its own name").isEqualTo("\0\1one");
        }
    }

    @Test
    void exportWithTheEmptyNameIsTheDefaultOne() throws IOException {
        server.addExport(new Export("", "", new MemoryDevice(512)));
        try (WireClient client = greeted()) {
            assertThat(client.optionReplies(OPT_INFO, WireClient.infoData("")).getFirst().data().getLong(2))
                    .isEqualTo(512);
        }
    }

    @Test
    void malformedInfoIsInvalidAndTheNextOptionUnderstood() throws IOException {
        try (WireClient client = greeted()) {
            byte[] nameTooLong = ByteBuffer.allocate(6).putInt(100).array();
            byte[] nameNegative = ByteBuffer.allocate(6).putInt(-1).array();
            byte[] countTooHigh = WireClient.infoData("one");
            countTooHigh[countTooHigh.length - 1] = 1;
            byte[] countMissing = ByteBuffer.allocate(6).putInt(2).array();
            for (int option : new int[] {OPT_INFO, OPT_GO}) {
                assertThat(client.optionResult(option)).isEqualTo(ERR_INVALID);
                assertThat(client.optionResult(option, nameTooLong)).isEqualTo(ERR_INVALID);
                assertThat(client.optionResult(option, nameNegative)).isEqualTo(ERR_INVALID);
                assertThat(client.optionResult(option, countTooHigh)).isEqualTo(ERR_INVALID);
                assertThat(client.optionResult(option, countMissing)).isEqualTo(ERR_INVALID);
                assertThat(client.optionResult(option, WireClient.infoData("a\0b"))).isEqualTo(ERR_INVALID);
                assertThat(client.optionResult(option, WireClient.infoData("x".repeat(4097)))).isEqualTo(ERR_INVALID);
            }
            byte[] notUtf8 = WireClient.infoData("one");
            notUtf8[5] = (byte) 0xff;
            assertThat(client.optionResult(OPT_GO, notUtf8)).isEqualTo(ERR_INVALID);
            client.go("one");
        }
    }

    @Test
    void structuredReplyWithDataIsInvalid() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_STRUCTURED_REPLY, (byte) 1)).isEqualTo(ERR_INVALID);
        }
    }

    @Test
    void slowHandshakeIsCutOff() throws IOException {
        try (NbdServer hasty =
                new NbdServer(ServerLimits.DEFAULTS.withHandshakeTimeout(Duration.ofMillis(500)))) {
            hasty.listenUnix(dir.resolve("hasty"));
            try (WireClient client = WireClient.connect(dir.resolve("hasty"))) {
                // Half of a greeting's answer, and no more.
                client.send((byte) 0, (byte) 0);
                client.expectEnd();
            }
        }
    }

    @Test
    void shutdownRefusesOptionsButNotAbort() throws Exception {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_STRUCTURED_REPLY)).isEqualTo(REP_ACK);
            Thread stop = Thread.ofPlatform().start(server::close);
            while (client.optionResult(OPT_STRUCTURED_REPLY) != ERR_SHUTDOWN) {
                Thread.onSpinWait();
            }
            assertThat(client.optionResult(OPT_GO, WireClient.infoData("one"))).isEqualTo(ERR_SHUTDOWN);
            assertThat(client.optionResult(OPT_ABORT)).isEqualTo(REP_ACK);
            client.expectClosed();
            stop.join();
        }
    }
}
