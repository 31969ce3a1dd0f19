package dev.ashlar.nbd.server;

import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/**
 * Sessions that are right but for a few places: valid options and valid requests in every style of headers, with bytes
 * changed, numbers made extreme, parts lost or doubled. See {@link FuzzedServer} for what must not come of them.
 */
class MutationProps {
    private static final int SIZE = FuzzedServer.SIZE;
    private static final int MAX_OPTIONS = 8;
    private static final int MAX_REQUESTS = 12;
    private static final int MAX_CHANGES = 4;
    private static final byte[] CLIENT_FLAGS = {0, 0, 0, 3};
    private static final byte[] NOTHING = {};
    private static final String[] CONTEXTS = {"base:allocation", "x-fuzz:odd"};

    /** One change of a stream of bytes, at a place told in parts of its length. */
    @FunctionalInterface
    interface Change {
        byte[] apply(byte[] bytes);
    }

    private FuzzedServer fuzzed;

    @BeforeProperty
    void serve() throws IOException {
        fuzzed = new FuzzedServer();
    }

    @AfterProperty
    void close() throws IOException {
        fuzzed.close();
    }

    @Property(tries = 500)
    void almostValidOptions(@ForAll("optionStreams") byte[] options, @ForAll("changes") List<Change> changes) {
        fuzzed.survives(CLIENT_FLAGS, changed(options, changes));
    }

    @Property(tries = 300)
    void almostValidSessions(
            @ForAll("optionStreams") byte[] options,
            @ForAll Style style,
            @ForAll("requestSeeds") List<RequestSeed> requests,
            @ForAll("changes") List<Change> changes) {
        fuzzed.survives(CLIENT_FLAGS, changed(concat(options, entry(style), requestBytes(style, requests)), changes));
    }

    @Property(tries = 700)
    void almostValidRequests(
            @ForAll Style style,
            @ForAll("requestSeeds") List<RequestSeed> requests,
            @ForAll("changes") List<Change> changes) {
        byte[] opening = concat(CLIENT_FLAGS, entry(style));
        fuzzed.survives(opening, changed(requestBytes(style, requests), changes));
    }

    /** Valid sessions too, so that what is mutated is known to reach the device. */
    @Property(tries = 100)
    void validRequests(@ForAll Style style, @ForAll("requestSeeds") List<RequestSeed> requests) {
        fuzzed.survives(concat(CLIENT_FLAGS, entry(style)), requestBytes(style, requests));
    }

    private static byte[] changed(byte[] bytes, List<Change> changes) {
        byte[] result = bytes;
        for (Change change : changes) {
            result = result.length == 0 ? result : change.apply(result);
        }
        return result;
    }

    private static byte[] entry(Style style) {
        byte[] agreement = switch (style) {
            case SIMPLE -> NOTHING;
            case STRUCTURED -> option(WireClient.OPT_STRUCTURED_REPLY, NOTHING);
            case EXTENDED -> option(StyledClient.OPT_EXTENDED_HEADERS, NOTHING);
        };
        byte[] contexts = style == Style.SIMPLE
                ? NOTHING
                : option(StyledClient.OPT_SET_META_CONTEXT, StyledClient.contextData("vol", CONTEXTS));
        return concat(agreement, contexts, option(WireClient.OPT_GO, WireClient.infoData("vol")));
    }

    private static byte[] option(int code, byte[] data) {
        return ByteBuffer.allocate(16 + data.length)
                .putLong(0x49484156454F5054L).putInt(code).putInt(data.length).put(data).array();
    }

    @Provide
    Arbitrary<byte[]> optionStreams() {
        Arbitrary<byte[]> option = Arbitraries.of(
                option(WireClient.OPT_LIST, NOTHING),
                option(WireClient.OPT_STRUCTURED_REPLY, NOTHING),
                option(StyledClient.OPT_EXTENDED_HEADERS, NOTHING),
                option(WireClient.OPT_INFO, WireClient.infoData("vol", 0, 1, 2, 3)),
                option(WireClient.OPT_INFO, WireClient.infoData("none")),
                option(StyledClient.OPT_LIST_META_CONTEXT, StyledClient.contextData("vol")),
                option(StyledClient.OPT_LIST_META_CONTEXT, StyledClient.contextData("vol", "base:", "x-fuzz:")),
                option(StyledClient.OPT_SET_META_CONTEXT, StyledClient.contextData("vol", CONTEXTS)),
                option(StyledClient.OPT_SET_META_CONTEXT, StyledClient.contextData("quiet", "base:allocation")));
        return option.list().ofMaxSize(MAX_OPTIONS).map(parts -> concat(parts.toArray(byte[][]::new)));
    }

    /** What a request is made of, whatever its header looks like. */
    record RequestSeed(int type, int flags, long offset, int length) {}

    @Provide
    Arbitrary<List<RequestSeed>> requestSeeds() {
        Arbitrary<Integer> types = Arbitraries.of(0, 1, 3, 4, 5, 6, 7);
        Arbitrary<Integer> flags = Arbitraries.of(0, 0, 0, 1, 2, 4, 8, 16);
        Arbitrary<Long> offsets = Arbitraries.longs().between(0, SIZE / 2);
        Arbitrary<Integer> lengths = Arbitraries.oneOf(
                Arbitraries.integers().between(0, 4096), Arbitraries.integers().between(0, SIZE / 2));
        return Combinators.combine(types, flags, offsets, lengths).as(RequestSeed::new).list().ofMaxSize(MAX_REQUESTS);
    }

    private static byte[] requestBytes(Style style, List<RequestSeed> seeds) {
        StyledClient form = new StyledClient(null, style);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long cookie = 1;
        for (RequestSeed seed : seeds) {
            switch (seed.type()) {
                case WireClient.WRITE ->
                    bytes.writeBytes(form.writeBytes(seed.flags() & 1, cookie, seed.offset(), new byte[seed.length()]));
                case WireClient.FLUSH -> bytes.writeBytes(form.header(0, WireClient.FLUSH, cookie, 0, 0));
                case StyledClient.BLOCK_STATUS -> bytes.writeBytes(status(form, seed, cookie));
                default ->
                    bytes.writeBytes(form.header(seed.flags(), seed.type(), cookie, seed.offset(), seed.length()));
            }
            cookie++;
        }
        return bytes.toByteArray();
    }

    /** With a payload that names contexts, where the flags of the seed say so and the header can. */
    private static byte[] status(StyledClient form, RequestSeed seed, long cookie) {
        if (form.style() != Style.EXTENDED || (seed.flags() & 1) == 0) {
            int flags = seed.flags() & StyledClient.REQ_ONE;
            return form.header(flags, StyledClient.BLOCK_STATUS, cookie, seed.offset(), seed.length());
        }
        byte[] payload = ByteBuffer.allocate(12).putLong(seed.length()).putInt(1).array();
        byte[] header = form.header(
                StyledClient.PAYLOAD_LEN, StyledClient.BLOCK_STATUS, cookie, seed.offset(), payload.length);
        return concat(header, payload);
    }

    @Provide
    Arbitrary<List<Change>> changes() {
        Arbitrary<Double> place = Arbitraries.doubles().between(0, true, 1, false);
        Arbitrary<Integer> extreme = Arbitraries.oneOf(
                Arbitraries.of(0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x10000, 64 << 20, (64 << 20) + 1),
                Arbitraries.integers());
        Arbitrary<Integer> span = Arbitraries.integers().between(1, 64);
        Arbitrary<Change> byteChanged = Combinators.combine(place, Arbitraries.bytes()).as(MutationProps::setByte);
        Arbitrary<Change> numberChanged = Combinators.combine(place, extreme).as(MutationProps::setNumber);
        Arbitrary<Change> lost = Combinators.combine(place, span).as(MutationProps::lose);
        Arbitrary<Change> doubled = Combinators.combine(place, span).as(MutationProps::repeat);
        Arbitrary<Change> cut = place.map(MutationProps::cut);
        return Arbitraries.frequencyOf(
                        Tuple.of(3, byteChanged), Tuple.of(4, numberChanged), Tuple.of(1, lost), Tuple.of(1, doubled),
                        Tuple.of(1, cut))
                .list().ofMinSize(1).ofMaxSize(MAX_CHANGES);
    }

    private static int at(byte[] bytes, double place) {
        return (int) (bytes.length * place);
    }

    private static Change setByte(double place, byte value) {
        return bytes -> {
            byte[] result = bytes.clone();
            result[at(bytes, place)] = value;
            return result;
        };
    }

    /** Aligned as numbers of the protocol are, more often than not. */
    private static Change setNumber(double place, int value) {
        return bytes -> {
            byte[] result = bytes.clone();
            int at = at(bytes, place) & ~3;
            if (at + Integer.BYTES <= result.length) {
                ByteBuffer.wrap(result).putInt(at, value);
            }
            return result;
        };
    }

    private static Change lose(double place, int span) {
        return bytes -> {
            int at = at(bytes, place);
            return concat(Arrays.copyOf(bytes, at), tail(bytes, Math.min(bytes.length, at + span)));
        };
    }

    private static Change repeat(double place, int span) {
        return bytes -> {
            int at = at(bytes, place);
            return concat(Arrays.copyOf(bytes, Math.min(bytes.length, at + span)), tail(bytes, at));
        };
    }

    private static Change cut(double place) {
        return bytes -> Arrays.copyOf(bytes, at(bytes, place));
    }

    private static byte[] tail(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
