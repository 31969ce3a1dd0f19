package dev.ashlar.nbd.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.ashlar.nbd.ClientCertificates;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.testkit.PskChannel;
import dev.ashlar.nbd.testkit.TestCa;
import dev.ashlar.nbd.testkit.TlsChannel;
import dev.ashlar.nbd.testkit.TlsFiles;
import dev.ashlar.nbd.transport.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of a transport, kept by TLS over another one, with either engine. */
@Timeout(60)
class TlsTransportTest {
    private static final TestCa CA = new TestCa("test CA");
    private static final int MIB = 1 << 20;

    /** How the client proves and is proven. */
    enum Means {
        CERTIFICATES_1_3,
        CERTIFICATES_1_2,
        KEYS_1_3,
        KEYS_1_2
    }

    @TempDir
    Path dir;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(2 * MIB);
    private PipeTransport lower;
    private PipeTransport far;
    private Transport server;
    private ByteChannel client;

    @BeforeEach
    void write() throws IOException {
        TlsFiles.write(dir, CA, CA.server(), CA.client("alice"));
        TlsFiles.put(dir, "keys.psk", "alice:" + "aa".repeat(32));
    }

    @AfterEach
    void close() {
        lower.close();
        arena.close();
    }

    private void connect(Means means, int roomBytes) throws Exception {
        PipeTransport[] ends = PipeTransport.pair(roomBytes);
        lower = ends[0];
        far = ends[1];
        TlsSettings settings = TlsSettings.directory(dir)
                .withClients(ClientCertificates.WANTED)
                .withPskKeys(dir.resolve("keys.psk"));
        TlsServer tls = new TlsServer(settings, System::nanoTime);
        CompletableFuture<Transport> accepted = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                accepted.complete(tls.accept(lower));
            } catch (IOException e) {
                accepted.completeExceptionally(e);
            }
        });
        client = switch (means) {
            case CERTIFICATES_1_3 -> new TlsChannel(channel(), engine("TLSv1.3"));
            case CERTIFICATES_1_2 -> new TlsChannel(channel(), engine("TLSv1.2"));
            case KEYS_1_3 -> new PskChannel(channel(), "alice", TestCa.hex("aa".repeat(32)), true);
            case KEYS_1_2 -> new PskChannel(channel(), "alice", TestCa.hex("aa".repeat(32)), false);
        };
        server = accepted.get();
    }

    private SSLEngine engine(String protocol) {
        SSLEngine engine = CA.clientContext(CA.client("alice")).createSSLEngine();
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {protocol});
        return engine;
    }

    private ByteChannel channel() {
        return new ByteChannel() {
            private final MemorySegment own = arena.allocate(1 << 16);

            @Override
            public int read(ByteBuffer target) throws IOException {
                int count = far.receive(own, 0, (int) Math.min(target.remaining(), own.byteSize()));
                target.put(own.asSlice(0, Math.max(0, count)).asByteBuffer());
                return count;
            }

            @Override
            public int write(ByteBuffer source) throws IOException {
                int count = source.remaining();
                far.send(MemorySegment.ofBuffer(source), 0, count);
                source.position(source.limit());
                return count;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {
                far.close();
            }
        };
    }

    private byte[] random(int bytes) {
        byte[] data = new byte[bytes];
        new Random(bytes).nextBytes(data);
        MemorySegment.copy(data, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes);
        return data;
    }

    private byte[] received(int bytes) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(bytes);
        while (all.hasRemaining()) {
            assertThat(client.read(all)).isPositive();
        }
        return all.array();
    }

    private void write(byte[] data) throws IOException {
        client.write(ByteBuffer.wrap(data));
    }

    private byte[] bytes(MemorySegment segment, int offset, int length) {
        return segment.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    }

    @ParameterizedTest
    @EnumSource
    void peerIsEncryptedAndIdentified(Means means) throws Exception {
        connect(means, MIB);
        assertThat(server.peer().encrypted()).isTrue();
        assertThat(server.peer().uid()).as("what the lower transport knows stays").isEqualTo(7);
        assertThat(server.peer().identities().getFirst())
                .isEqualTo(means.name().startsWith("KEYS") ? "PSK=alice" : "CN=alice");
    }

    @ParameterizedTest
    @EnumSource
    void gatheredSendIsOneStreamInFewCalls(Means means) throws Exception {
        connect(means, 4 * MIB);
        byte[] data = random(MIB + 16);
        int before = lower.sends();
        server.send(memory, 0, 16, memory, 16, MIB);
        assertThat(lower.sends() - before).isLessThanOrEqualTo(1 + MIB / (128 << 10));
        assertThat(received(data.length)).isEqualTo(data);
        before = lower.sends();
        server.send(memory, 5, 100);
        assertThat(lower.sends() - before).isEqualTo(1);
        received(100);
    }

    @ParameterizedTest
    @EnumSource
    void scatteredReceiveFillsTheFirstRangeFirst(Means means) throws Exception {
        connect(means, MIB);
        byte[] data = random(5000);
        write(data);
        MemorySegment first = arena.allocate(1000);
        int count = server.receive(first, 100, 900, memory, MIB, 100_000);
        assertThat(count).isEqualTo(5000);
        assertThat(bytes(first, 100, 900)).isEqualTo(Arrays.copyOf(data, 900));
        assertThat(bytes(memory, MIB, 4100)).isEqualTo(Arrays.copyOfRange(data, 900, 5000));
    }

    @ParameterizedTest
    @EnumSource
    void receiveTakesAllThatHasArrivedAndKeepsWhatDoesNotFit(Means means) throws Exception {
        connect(means, MIB);
        byte[] data = random(50_000);
        write(data);
        assertThat(server.receive(memory, 0, 20_000)).isEqualTo(20_000);
        assertThat(server.receiveNow(memory, 20_000, 7)).isEqualTo(7);
        assertThat(server.receive(memory, 20_007, 100_000)).isEqualTo(50_000 - 20_007);
        assertThat(bytes(memory, 0, 50_000)).isEqualTo(data);
        assertThat(server.receiveNow(memory, 0, 100)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void receiveNowDoesNotWaitForTheRestOfARecord(Means means) throws Exception {
        connect(means, MIB);
        assertThat(server.receiveNow(memory, 0, 100)).isZero();
        MemorySegment start = arena.allocate(5);
        start.copyFrom(MemorySegment.ofArray(TestCa.hex("1703030100")));
        far.send(start, 0, 5);
        assertThat(server.receiveNow(memory, 0, 100)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void bothDirectionsAtOnce(Means means) throws Exception {
        connect(means, 100_000);
        byte[] data = random(MIB);
        MemorySegment target = arena.allocate(MIB);
        CompletableFuture<Void> echo = CompletableFuture.allOf(run(() -> server.send(memory, 0, MIB)), run(() -> {
            server.receiveFully(target, 0, MIB);
        }));
        if (client instanceof TlsChannel) {
            CompletableFuture<Void> written = run(() -> write(data));
            assertThat(received(MIB)).isEqualTo(data);
            written.get();
        } else {
            // This client's protocol has one thread only.
            for (int i = 0; i < MIB; i += MIB / 16) {
                write(Arrays.copyOfRange(data, i, i + MIB / 16));
                received(MIB / 16);
            }
        }
        echo.get();
        assertThat(target.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(data);
    }

    private interface Action {
        void run() throws IOException;
    }

    private static CompletableFuture<Void> run(Action action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (IOException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    @ParameterizedTest
    @EnumSource
    void endOfThePeerIsCleanOnlyAfterCloseNotify(Means means) throws Exception {
        connect(means, MIB);
        write(new byte[] {1});
        assertThat(server.peerGone()).isFalse();
        switch (client) {
            case TlsChannel tls -> tls.endOutput();
            default -> ((PskChannel) client).endOutput();
        }
        assertThat(server.receive(memory, 0, 10)).isEqualTo(1);
        assertThat(server.receive(memory, 0, 10)).isEqualTo(-1);
        assertThat(server.receive(memory, 0, 10)).as("again, without touching what is below").isEqualTo(-1);
        assertThat(server.receiveNow(memory, 0, 10)).isEqualTo(-1);
        assertThat(server.peerGone()).isTrue();
        if (means != Means.CERTIFICATES_1_2) {
            // RFC 5246, section 7.2.1, ends both directions at once.
            server.send(memory, 0, 10);
            received(10);
        }
    }

    @ParameterizedTest
    @EnumSource
    void endWithoutCloseNotifyIsAnError(Means means) throws Exception {
        connect(means, MIB);
        write(new byte[] {1});
        far.endOutput();
        assertThat(server.receive(memory, 0, 10)).isEqualTo(1);
        assertThatThrownBy(() -> server.receive(memory, 0, 10)).isInstanceOf(EOFException.class)
                .hasMessageContaining("without ending TLS");
        assertThatThrownBy(() -> server.receiveNow(memory, 0, 10)).isInstanceOf(EOFException.class);
    }

    @ParameterizedTest
    @EnumSource
    void ownEndOfInputIsClean(Means means) throws Exception {
        connect(means, MIB);
        CompletableFuture<Void> waiting = run(() -> assertThat(server.receive(memory, 0, 10)).isEqualTo(-1));
        server.endInput();
        waiting.get();
        server.send(memory, 0, 10);
        received(10);
        lower.setGone();
        assertThat(server.peerGone()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void finishSaysCloseNotify(Means means) throws Exception {
        connect(means, MIB);
        server.send(memory, 0, 10);
        server.finish();
        lower.close();
        received(10);
        assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThatThrownBy(() -> server.send(memory, 0, 1)).isInstanceOf(IOException.class);
    }

    /** Both engines make objects per record. There is nothing of ours beside them. */
    @ParameterizedTest
    @EnumSource(names = {"CERTIFICATES_1_3", "CERTIFICATES_1_2", "KEYS_1_3"})
    void garbageIsSmallBesideThePayload(Means means) throws Exception {
        connect(means, 4 * MIB);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 60; i++) {
            long before = threads.getThreadAllocatedBytes(thread);
            server.send(memory, 0, MIB);
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
            received(MIB);
        }
        long perRecord = least / (MIB / (16 << 10));
        assertThat(perRecord).isLessThan(means == Means.KEYS_1_3 ? 20 << 10 : 4 << 10);
    }
}
