package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.StyledClient.OPT_EXTENDED_HEADERS;
import static dev.ashlar.nbd.testkit.StyledClient.OPT_LIST_META_CONTEXT;
import static dev.ashlar.nbd.testkit.StyledClient.OPT_SET_META_CONTEXT;
import static dev.ashlar.nbd.testkit.StyledClient.contextData;
import static dev.ashlar.nbd.testkit.WireClient.EINVAL;
import static dev.ashlar.nbd.testkit.WireClient.ERR_INVALID;
import static dev.ashlar.nbd.testkit.WireClient.ERR_TOO_BIG;
import static dev.ashlar.nbd.testkit.WireClient.ERR_UNKNOWN;
import static dev.ashlar.nbd.testkit.WireClient.OPT_EXPORT_NAME;
import static dev.ashlar.nbd.testkit.WireClient.OPT_INFO;
import static dev.ashlar.nbd.testkit.WireClient.REP_ACK;
import static dev.ashlar.nbd.testkit.WireClient.REP_META_CONTEXT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.testkit.Chunk;
import dev.ashlar.nbd.testkit.Chunk.Extent;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.OptionReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows LIST_META_CONTEXT and SET_META_CONTEXT of docs/nbd.md. */
class MetaContextOptionTest extends WireTestBase {
    private static final int SIZE = 1 << 20;
    private static final String BASE = "base:allocation";

    record Named(String name) implements MetaContext {
        @Override
        public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
            visitor.extent(lengthBytes, 7);
        }
    }

    @BeforeEach
    void serveAnExportThatTellsMuch() {
        server.addExport(new Export("vol", "", new MemoryDevice(SIZE))
                .withContexts(List.of(new Named("x-one:a"), new Named("x-one:b"), new Named("x-two:a"))));
    }

    private WireClient structured() throws IOException {
        return greeted().structured();
    }

    private static List<String> told(List<OptionReply> replies) {
        assertThat(replies.getLast().type()).isEqualTo(REP_ACK);
        return replies.stream()
                .filter(reply -> reply.type() == REP_META_CONTEXT)
                .map(reply -> StandardCharsets.UTF_8.decode(reply.data().slice(4, reply.data().limit() - 4)).toString())
                .toList();
    }

    private static List<String> list(WireClient client, String... queries) throws IOException {
        return told(client.optionReplies(OPT_LIST_META_CONTEXT, contextData("vol", queries)));
    }

    private static List<String> set(WireClient client, String... queries) throws IOException {
        return told(client.optionReplies(OPT_SET_META_CONTEXT, contextData("vol", queries)));
    }

    private static int status(WireClient entered) throws IOException {
        return new StyledClient(entered, Style.STRUCTURED).call(0, StyledClient.BLOCK_STATUS, 0, 4096).error();
    }

    @Test
    void listWithoutQueriesTellsEveryContext() throws IOException {
        try (WireClient client = structured()) {
            assertThat(list(client)).containsExactly(BASE, "x-one:a", "x-one:b", "x-two:a");
        }
    }

    @Test
    void listWildcardTellsTheNamespace() throws IOException {
        try (WireClient client = structured()) {
            assertThat(list(client, "base:")).containsExactly(BASE);
            assertThat(list(client, "x-one:")).containsExactly("x-one:a", "x-one:b");
            assertThat(list(client, "x-two:", "base:")).containsExactly(BASE, "x-two:a");
        }
    }

    @Test
    void listNumbersAreZero() throws IOException {
        try (WireClient client = structured()) {
            assertThat(client.optionReplies(OPT_LIST_META_CONTEXT, contextData("vol")))
                    .filteredOn(reply -> reply.type() == REP_META_CONTEXT)
                    .hasSize(4).allSatisfy(reply -> assertThat(reply.data().getInt(0)).isZero());
        }
    }

    @Test
    void setNumbersDifferAndStandInTheStatus() throws IOException {
        try (WireClient client = structured()) {
            List<OptionReply> replies =
                    client.optionReplies(OPT_SET_META_CONTEXT, contextData("vol", "x-two:a", BASE));
            assertThat(told(replies)).containsExactlyInAnyOrder(BASE, "x-two:a");
            List<Integer> numbers = replies.stream().limit(2).map(reply -> reply.data().getInt(0)).toList();
            assertThat(numbers).doesNotHaveDuplicates();
            assertThat(new StyledClient(client.go("vol"), Style.STRUCTURED)
                            .call(0, StyledClient.BLOCK_STATUS, 0, 4096).chunks())
                    .extracting(Chunk::context).containsExactlyInAnyOrderElementsOf(numbers);
        }
    }

    @Test
    void listSelectsNothing() throws IOException {
        try (WireClient client = structured()) {
            assertThat(list(client, BASE)).hasSize(1);
            assertThat(status(client.go("vol"))).isEqualTo(EINVAL);
        }
    }

    @Test
    void listKeepsWhatIsSelected() throws IOException {
        try (WireClient client = structured()) {
            assertThat(set(client, BASE)).hasSize(1);
            assertThat(list(client, "x-one:")).hasSize(2);
            assertThat(status(client.go("vol"))).isZero();
        }
    }

    @Test
    void setWithoutQueriesSelectsNothing() throws IOException {
        try (WireClient client = structured()) {
            assertThat(set(client)).isEmpty();
            assertThat(status(client.go("vol"))).isEqualTo(EINVAL);
        }
    }

    @Test
    void setWildcardSelectsNothing() throws IOException {
        try (WireClient client = structured()) {
            assertThat(set(client, "base:", "x-one:")).isEmpty();
        }
    }

    @Test
    void unknownNamespacesAndNamesAreIgnored() throws IOException {
        try (WireClient client = structured()) {
            String[] unknown = {
                "qemu:dirty-bitmap:x", "base:nothing", "x-one:", "x-one:aa", "x-one:a:b", "nbd-server:"
            };
            assertThat(set(client, unknown)).isEmpty();
            assertThat(list(client, "qemu:", "base:nothing", "x-one:aa")).isEmpty();
            assertThat(set(client, "qemu:allocation-depth", BASE)).containsExactly(BASE);
        }
    }

    @Test
    void sameQueryTwiceSelectsOnce() throws IOException {
        try (WireClient client = structured()) {
            assertThat(set(client, BASE, BASE)).containsExactly(BASE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {OPT_LIST_META_CONTEXT, OPT_SET_META_CONTEXT})
    void queryWithoutColonIsInvalid(int option) throws IOException {
        try (WireClient client = structured()) {
            assertThat(client.optionResult(option, contextData("vol", "base"))).isEqualTo(ERR_INVALID);
            assertThat(client.optionResult(option, contextData("vol", ""))).isEqualTo(ERR_INVALID);
            assertThat(client.optionResult(option, contextData("vol", ":allocation"))).isEqualTo(ERR_INVALID);
            client.go("vol");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {OPT_LIST_META_CONTEXT, OPT_SET_META_CONTEXT})
    void malformedLengthsAreInvalidAndTheNextOptionUnderstood(int option) throws IOException {
        byte[] good = contextData("vol", BASE);
        try (WireClient client = structured()) {
            for (int length = 0; length < good.length; length++) {
                assertThat(client.optionResult(option, Arrays.copyOf(good, length))).isEqualTo(ERR_INVALID);
            }
            assertThat(client.optionResult(option, Arrays.copyOf(good, good.length + 1))).isEqualTo(ERR_INVALID);
            for (int at : new int[] {0, 7, 11}) {
                for (int wrong : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1000, 0x01000000}) {
                    byte[] bad = ByteBuffer.wrap(good.clone()).putInt(at, wrong).array();
                    assertThat(client.optionResult(option, bad)).isEqualTo(ERR_INVALID);
                }
            }
            assertThat(client.optionResult(option, contextData("vol", "base:" + "x".repeat(4092))))
                    .isEqualTo(ERR_INVALID);
            assertThat(client.optionResult(option, contextData("x".repeat(4097), BASE))).isEqualTo(ERR_INVALID);
            assertThat(client.optionResult(option, contextData("vol", "base:\0"))).isEqualTo(ERR_INVALID);
            client.go("vol");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {OPT_LIST_META_CONTEXT, OPT_SET_META_CONTEXT})
    void unknownExportIsUnknown(int option) throws IOException {
        try (WireClient client = structured()) {
            assertThat(client.optionResult(option, contextData("none", BASE))).isEqualTo(ERR_UNKNOWN);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {OPT_LIST_META_CONTEXT, OPT_SET_META_CONTEXT})
    void withoutChunksItIsInvalid(int option) throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(option, contextData("vol", BASE))).isEqualTo(ERR_INVALID);
            client.structured();
            assertThat(client.optionReplies(option, contextData("vol", BASE))).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {OPT_LIST_META_CONTEXT, OPT_SET_META_CONTEXT})
    void extendedHeadersAreEnough(int option) throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_EXTENDED_HEADERS)).isEqualTo(REP_ACK);
            assertThat(client.optionReplies(option, contextData("vol", BASE))).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {OPT_LIST_META_CONTEXT, OPT_SET_META_CONTEXT})
    void manyQueriesAreTooBigAndTheNextOptionUnderstood(int option) throws IOException {
        String[] queries = IntStream.range(0, 10_000).mapToObj(i -> "x-many:" + i).toArray(String[]::new);
        try (WireClient client = structured()) {
            byte[] data = contextData("vol", queries);
            assertThat(data.length).isGreaterThan(64 << 10);
            assertThat(client.optionResult(option, data)).isEqualTo(ERR_TOO_BIG);
            assertThat(list(client, Arrays.copyOf(queries, 1000))).isEmpty();
        }
    }

    @Test
    void moreThanSixtyFourContextsCanBeListedAndAreTooManyToSelect() throws IOException {
        MetaContext[] many =
                IntStream.range(0, 100).mapToObj(i -> new Named("x-many:" + i)).toArray(MetaContext[]::new);
        String[] names = Arrays.stream(many).map(MetaContext::name).toArray(String[]::new);
        server.addExport(new Export("many", "", new MemoryDevice(SIZE)).withContexts(List.of(many)));
        try (WireClient client = structured()) {
            assertThat(told(client.optionReplies(OPT_LIST_META_CONTEXT, contextData("many", "x-many:")))).hasSize(100);
            assertThat(client.optionResult(OPT_SET_META_CONTEXT, contextData("many", names))).isEqualTo(ERR_TOO_BIG);
            assertThat(told(client.optionReplies(
                    OPT_SET_META_CONTEXT, contextData("many", Arrays.copyOf(names, 64))))).hasSize(64);
            assertThat(new StyledClient(client.go("many"), Style.STRUCTURED)
                            .call(0, StyledClient.BLOCK_STATUS, 0, 4096).chunks())
                    .hasSize(64).allSatisfy(chunk -> assertThat(chunk.extents()).containsExactly(new Extent(4096, 7)));
        }
    }

    @Test
    void setReplacesWhatWasSelected() throws IOException {
        try (WireClient client = structured()) {
            assertThat(set(client, BASE, "x-one:a")).hasSize(2);
            assertThat(set(client, "x-two:a")).hasSize(1);
            assertThat(new StyledClient(client.go("vol"), Style.STRUCTURED)
                            .call(0, StyledClient.BLOCK_STATUS, 0, 4096).chunks()).hasSize(1);
        }
    }

    @Test
    void setThatFailsUnselectsEverything() throws IOException {
        byte[][] failing = {
            contextData("vol", "no colon"), contextData("none", BASE), new byte[3], new byte[100_000],
            contextData("vol")
        };
        for (byte[] data : failing) {
            try (WireClient client = structured()) {
                assertThat(set(client, BASE)).hasSize(1);
                client.optionReplies(OPT_SET_META_CONTEXT, data);
                assertThat(status(client.go("vol"))).as("%d bytes", data.length).isEqualTo(EINVAL);
            }
        }
    }

    @Test
    void contextsAreBoundToTheNameOfTheExport() throws IOException {
        server.addExport(new Export("other", "", new MemoryDevice(SIZE)));
        try (WireClient client = structured()) {
            assertThat(set(client, BASE)).hasSize(1);
            assertThat(status(client.go("other"))).isEqualTo(EINVAL);
        }
        try (WireClient client = structured()) {
            assertThat(set(client, BASE)).hasSize(1);
            client.optionReplies(OPT_INFO, WireClient.infoData("other"));
            assertThat(status(client.go("vol"))).as("INFO of another changes nothing").isZero();
        }
    }

    @Test
    void contextsOfTheDefaultExportGoWithTheEmptyName() throws IOException {
        try (WireClient client = structured()) {
            assertThat(told(client.optionReplies(OPT_LIST_META_CONTEXT, contextData("")))).hasSize(4);
            assertThat(told(client.optionReplies(OPT_SET_META_CONTEXT, contextData("", BASE)))).containsExactly(BASE);
            assertThat(status(client.go(""))).isZero();
        }
        try (WireClient client = structured()) {
            assertThat(told(client.optionReplies(OPT_SET_META_CONTEXT, contextData("", BASE)))).containsExactly(BASE);
            assertThat(status(client.go("vol"))).as("another name").isEqualTo(EINVAL);
        }
    }

    @Test
    void exportNameKeepsTheContexts() throws IOException {
        try (WireClient client = structured()) {
            assertThat(set(client, BASE)).hasSize(1);
            client.option(OPT_EXPORT_NAME, "vol".getBytes(StandardCharsets.UTF_8));
            client.receive(10);
            assertThat(status(client)).isZero();
        }
    }

    /** Its extents would be those of a device that is gone. */
    @Test
    void contextsOfAnExportThatWasReplacedAreGone() throws Exception {
        ShapedDevice hollow = new ShapedDevice(new MemoryDevice(SIZE)).hole(0, SIZE);
        server.removeExport("vol");
        server.addExport(new Export("vol", "", hollow));
        try (WireClient client = structured()) {
            assertThat(set(client, BASE)).hasSize(1);
            server.removeExport("vol");
            server.addExport(new Export("vol", "", new MemoryDevice(SIZE)));
            assertThat(status(client.go("vol"))).isEqualTo(EINVAL);
        }
    }
}
