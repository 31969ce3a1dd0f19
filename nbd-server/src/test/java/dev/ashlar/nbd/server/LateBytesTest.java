package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.DISC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.TakeoverRule;
import dev.ashlar.nbd.testkit.Blackhole;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.Wire;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client sent over a connection that the network had lost arrives after the client has come back by another. */
@ParameterizedClass
@EnumSource(Wire.class)
@Timeout(60)
class LateBytesTest {
    private static final byte OLD = 1;
    private static final byte NEW = 2;

    @Parameter
    Wire wire;

    @TempDir
    Path dir;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(16 << 20));
    private NbdServer server;
    private InetSocketAddress tcp;

    @BeforeEach
    void listen() throws IOException {
        server = new NbdServer();
        wire.prepare(server, dir);
        tcp = server.listenTcp("127.0.0.1", 0);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        device.close();
    }

    private void serve(TakeoverRule rule) {
        server.addExport(new Export("vol", "", device).withTakeover(rule));
    }

    private WireClient open() throws IOException {
        return wire.greeted(tcp).go("vol");
    }

    private static byte[] block(byte value, int length) {
        byte[] block = new byte[length];
        Arrays.fill(block, value);
        return block;
    }

    private void awaitConnections(int count) {
        while (server.connections().size() != count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void silentConnectionIsFencedWhenItsClientComesBack() throws IOException {
        serve(TakeoverRule.WAIT);
        WireClient old = open();
        Blackhole hole = Blackhole.swallow(old.socket());
        old.write(0, 1, 0, block(OLD, 512));
        old.socket().close();
        hole.awaitSilence(1000);
        try (WireClient next = open()) {
            assertThat(next.errorOfWrite(0, 0, block(NEW, 512))).isZero();
            hole.mend();
            awaitConnections(1);
            assertThat(next.read(0, 512)).isEqualTo(block(NEW, 512));
            assertThat(device.calls()).containsOnlyOnce("write 0+512");
        }
    }

    @Test
    void restOfAPayloadIsNotExecutedWhenTheConnectionWasSilent() throws IOException {
        serve(TakeoverRule.WAIT);
        int part = 2 << 20;
        int late = 64 << 10;
        WireClient old = open();
        old.request(0, WireClient.WRITE, 1, 0, 4 * part);
        old.send(block(OLD, 2 * part - late));
        while (device.calls().isEmpty()) {
            Thread.onSpinWait();
        }
        Blackhole hole = Blackhole.swallow(old.socket());
        old.send(block(OLD, late));
        hole.awaitSilence(1000);
        try (WireClient next = open()) {
            assertThat(next.errorOfWrite(0, part, block(NEW, 512))).isZero();
            hole.mend();
            old.socket().close();
            awaitConnections(1);
            assertThat(next.read(part, 512)).isEqualTo(block(NEW, 512));
        }
    }

    @Test
    void idleSiblingThatLivesIsLeftAlone() throws IOException {
        serve(TakeoverRule.WAIT);
        try (WireClient first = open()) {
            Blackhole hole = Blackhole.swallow(first.socket());
            hole.awaitSilence(1000);
            hole.mend();
            try (WireClient second = open()) {
                assertThat(second.read(0, 512)).hasSize(512);
                assertThat(first.read(0, 512)).as("it stays").hasSize(512);
                assertThat(server.connections()).hasSize(2);
            }
        }
    }

    @Test
    void newestConnectionFencesTheOlderWhateverTheNetworkDoes() throws IOException {
        serve(TakeoverRule.NEWEST);
        WireClient old = open();
        assertThat(old.errorOfWrite(0, 0, block(OLD, 512))).isZero();
        Blackhole hole = Blackhole.swallow(old.socket());
        old.write(0, 1, 0, block(OLD, 512));
        old.socket().close();
        // Its client has been heard of just now, so nothing tells that it has gone.
        try (WireClient next = open()) {
            assertThat(next.errorOfWrite(0, 0, block(NEW, 512))).isZero();
            hole.mend();
            awaitConnections(1);
            assertThat(next.read(0, 512)).isEqualTo(block(NEW, 512));
        }
    }

    @Test
    void newestConnectionEndsTheOlderOneOfALivingClient() throws IOException {
        serve(TakeoverRule.NEWEST);
        try (WireClient old = open(); WireClient next = open()) {
            assertThat(next.read(0, 512)).hasSize(512);
            old.expectEnd();
            next.request(0, DISC, 1, 0, 0);
            next.expectClosed();
        }
    }
}
