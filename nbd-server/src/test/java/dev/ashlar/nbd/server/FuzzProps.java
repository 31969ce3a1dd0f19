package dev.ashlar.nbd.server;

import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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

/** Any bytes at all, in the handshake and after it: see {@link FuzzedServer} for what must not come of them. */
class FuzzProps {
    private static final int SIZE = FuzzedServer.SIZE;
    private static final int MAX_MESSAGES = 30;

    private FuzzedServer fuzzed;

    @BeforeProperty
    void serve() throws IOException {
        fuzzed = new FuzzedServer();
    }

    @AfterProperty
    void close() throws IOException {
        fuzzed.close();
    }

    @Property(tries = 300)
    void anyBytesInsteadOfAHandshake(@ForAll("garbage") byte[] bytes) {
        fuzzed.survives(new byte[0], bytes);
    }

    @Property(tries = 500)
    void anyOptionsWithAnyData(@ForAll("options") byte[] bytes) {
        fuzzed.survives(new byte[] {0, 0, 0, 3}, bytes);
    }

    @Property(tries = 300)
    void anyBytesInsteadOfRequests(@ForAll("garbage") byte[] bytes) {
        fuzzed.survives(entered(), bytes);
    }

    @Property(tries = 500)
    void anyRequestsWithAnyPayload(@ForAll("requests") byte[] bytes) {
        fuzzed.survives(entered(), bytes);
    }

    private static byte[] entered() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {0, 0, 0, 3});
        bytes.writeBytes(option(WireClient.OPT_GO, WireClient.infoData("vol")));
        return bytes.toByteArray();
    }

    @Provide
    Arbitrary<byte[]> garbage() {
        return Arbitraries.bytes().array(byte[].class).ofMinSize(0).ofMaxSize(2000);
    }

    @Provide
    Arbitrary<byte[]> options() {
        Arbitrary<Integer> codes = Arbitraries.oneOf(Arbitraries.integers().between(0, 12), Arbitraries.integers());
        Arbitrary<byte[]> data = Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofMaxSize(100),
                Arbitraries.bytes().array(byte[].class).ofMinSize(4090).ofMaxSize(20_000),
                Arbitraries.of("vol", "", "none").map(WireClient::infoData),
                Arbitraries.of("vol", "").map(name -> WireClient.infoData(name, 0, 1, 2, 3, 4)),
                Arbitraries.of("base:", "base:allocation", "x-", ":", "x-fuzz:odd")
                        .array(String[].class).ofMaxSize(3).map(names -> StyledClient.contextData("vol", names)));
        Arbitrary<byte[]> whole = Combinators.combine(codes, data).as(FuzzProps::option);
        Arbitrary<byte[]> lying = Combinators.combine(codes, Arbitraries.integers(), data).as(FuzzProps::option);
        return sequence(Arbitraries.frequencyOf(
                Tuple.of(9, whole), Tuple.of(1, lying)));
    }

    @Provide
    Arbitrary<byte[]> requests() {
        Arbitrary<Integer> flags = Arbitraries.oneOf(Arbitraries.of(0, 1, 2, 3, 4), Arbitraries.integers());
        Arbitrary<Integer> types =
                Arbitraries.oneOf(Arbitraries.of(0, 1, 3, 4, 6), Arbitraries.integers().between(0, 9));
        Arbitrary<Long> offsets = Arbitraries.oneOf(Arbitraries.longs().between(0, SIZE), Arbitraries.longs());
        Arbitrary<Integer> lengths = Arbitraries.oneOf(
                Arbitraries.integers().between(0, 5000), Arbitraries.integers().between(0, 200_000));
        Arbitrary<byte[]> whole = Combinators.combine(flags, types, offsets, lengths).as(FuzzProps::request);
        Arbitrary<byte[]> lying = Combinators.combine(types, offsets, Arbitraries.integers())
                .as((type, offset, length) -> WireClient.header(0, type, 2, offset, length));
        return sequence(Arbitraries.frequencyOf(
                Tuple.of(9, whole), Tuple.of(1, lying)));
    }

    private static Arbitrary<byte[]> sequence(Arbitrary<byte[]> messages) {
        return messages.list().ofMaxSize(MAX_MESSAGES).map(FuzzProps::concat);
    }

    private static byte[] concat(List<byte[]> parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        parts.forEach(bytes::writeBytes);
        return bytes.toByteArray();
    }

    private static byte[] request(int flags, int type, long offset, int length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(WireClient.header(flags, type, 1, offset, length));
        bytes.writeBytes(new byte[type == WireClient.WRITE ? length : 0]);
        return bytes.toByteArray();
    }

    private static byte[] option(int code, byte[] data) {
        return option(code, data.length, data);
    }

    private static byte[] option(int code, int length, byte[] data) {
        return ByteBuffer.allocate(16 + data.length)
                .putLong(0x49484156454F5054L).putInt(code).putInt(length).put(data).array();
    }
}
