package dev.ashlar.nbd.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.nbd.Peer;
import dev.ashlar.nbd.transport.SocketPair.Kind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class SocketTransportTest {
    private static final int LARGE = 9_000_001;

    @TempDir
    Path dir;

    private final MemorySegment memory = Arena.ofAuto().allocate(LARGE);

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static <T> FutureTask<T> async(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    private static void write(SocketChannel client, byte... bytes) throws IOException {
        for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
            client.write(left);
        }
    }

    private static byte[] read(SocketChannel client, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && client.read(bytes) >= 0) {
            // More.
        }
        return bytes.array();
    }

    private static void awaitReceiving(SocketTransport transport) {
        while (!transport.progress().receiving()) {
            Thread.onSpinWait();
        }
    }

    /** Until the peer's side of the socket takes nothing more. */
    private static void awaitStuck(SocketTransport transport) {
        long before = -1;
        for (int same = 0; same < 20; ) {
            long now = transport.progress().sentBytes();
            same = now == before && transport.progress().sending() ? same + 1 : 0;
            before = now;
            Thread.yield();
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesWhatHasArrivedInOneCall(Kind kind) throws IOException {
        try (SocketPair pair = SocketPair.open(kind, dir)) {
            write(pair.client(), (byte) 1, (byte) 2, (byte) 3);
            assertThat(pair.ours().receive(memory, 5, 100)).isEqualTo(3);
            assertThat(memory.asSlice(5, 3).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(new byte[] {1, 2, 3});
            assertThat(pair.ours().progress().receivedBytes()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fillsTheSecondRangeBehindTheFirst(Kind kind) throws IOException {
        try (SocketPair pair = SocketPair.open(kind, dir)) {
            write(pair.client(), (byte) 1, (byte) 2, (byte) 3, (byte) 4);
            assertThat(pair.ours().receive(memory, 0, 3, memory, 100, 50)).isEqualTo(4);
            assertThat(memory.asSlice(0, 4).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(new byte[] {1, 2, 3, 0});
            assertThat(memory.get(ValueLayout.JAVA_BYTE, 100)).isEqualTo((byte) 4);
            pair.client().shutdownOutput();
            assertThat(pair.ours().receive(memory, 0, 3, memory, 100, 50)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void largeTransfersGoThroughWhole(Kind kind) throws Exception {
        byte[] bytes = random(LARGE, 1);
        try (SocketPair pair = SocketPair.open(kind, dir)) {
            FutureTask<Void> sender = async(() -> {
                write(pair.client(), bytes);
                return null;
            });
            pair.ours().receiveFully(memory, 0, LARGE);
            sender.get();
            assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
            FutureTask<byte[]> receiver = async(() -> read(pair.client(), LARGE));
            pair.ours().send(memory, 0, LARGE);
            assertThat(receiver.get()).isEqualTo(bytes);
            assertThat(pair.ours().progress().sentBytes()).isEqualTo(LARGE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void gatheredRangesArriveInOrder(Kind kind) throws Exception {
        byte[] bytes = random(LARGE, 2);
        memory.copyFrom(MemorySegment.ofArray(bytes));
        try (SocketPair pair = SocketPair.open(kind, dir)) {
            for (int first : new int[] {0, 1, 16, 1_500_000, LARGE - 1, LARGE}) {
                FutureTask<byte[]> receiver = async(() -> read(pair.client(), LARGE));
                pair.ours().send(memory, 0, first, memory, first, LARGE - first);
                assertThat(receiver.get()).as("first range of %d bytes", first).isEqualTo(bytes);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void receivingNowNeverWaits(Kind kind) throws IOException {
        try (SocketPair pair = SocketPair.open(kind, dir)) {
            assertThat(pair.ours().receiveNow(memory, 0, 10)).isZero();
            write(pair.client(), (byte) 1);
            assertThat(pair.ours().receive(memory, 0, 10)).isEqualTo(1);
            assertThat(pair.ours().receiveNow(memory, 0, 10)).isZero();
            pair.client().shutdownOutput();
            assertThat(pair.ours().receiveNow(memory, 0, 10)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void halfClosedPeerIsServedToTheEnd(Kind kind) throws IOException {
        try (SocketPair pair = SocketPair.open(kind, dir)) {
            assertThat(pair.ours().peerGone()).isFalse();
            write(pair.client(), (byte) 7);
            pair.client().shutdownOutput();
            assertThat(pair.ours().peerGone()).as("bytes wait before the end").isTrue();
            assertThat(pair.ours().receive(memory, 0, 10)).isEqualTo(1);
            assertThat(pair.ours().receive(memory, 0, 10)).isEqualTo(-1);
            pair.ours().send(memory, 0, 1);
            assertThat(read(pair.client(), 1)).isEqualTo(new byte[] {7});
        }
    }

    @ParameterizedTest
    @EnumSource
    void closedPeerIsGone(Kind kind) throws IOException {
        try (SocketPair pair = SocketPair.open(kind, dir)) {
            write(pair.client(), (byte) 1);
            assertThat(pair.ours().peerGone()).isFalse();
            pair.client().close();
            assertThat(pair.ours().peerGone()).isTrue();
            assertThatThrownBy(() -> pair.ours().send(memory, 0, LARGE)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void resetPeerIsGoneAndAnEnd() throws IOException {
        try (SocketPair pair = SocketPair.open(Kind.TCP, dir)) {
            pair.client().setOption(StandardSocketOptions.SO_LINGER, 0);
            pair.client().close();
            assertThat(pair.ours().peerGone()).isTrue();
            assertThat(pair.ours().receive(memory, 0, 10)).as("told once, then the end").isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void endOfInputWakesTheReceiverAndSendingGoesOn(Kind kind) throws Exception {
        try (SocketPair pair = SocketPair.open(kind, dir)) {
            FutureTask<Integer> waiting = async(() -> pair.ours().receive(memory, 0, 10));
            awaitReceiving(pair.ours());
            pair.ours().endInput();
            assertThat(waiting.get()).isEqualTo(-1);
            pair.ours().send(memory, 0, 3);
            assertThat(read(pair.client(), 3)).hasSize(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeWakesAReceiver(Kind kind) throws Exception {
        try (SocketPair pair = SocketPair.open(kind, dir)) {
            FutureTask<Integer> waiting = async(() -> pair.ours().receive(memory, 0, 10));
            awaitReceiving(pair.ours());
            pair.ours().close();
            assertThat(waiting.get()).isEqualTo(-1);
            assertThat(pair.ours().peerGone()).isTrue();
            assertThatThrownBy(() -> pair.ours().receive(memory, 0, 10)).isInstanceOf(ClosedChannelException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeWakesASender(Kind kind) throws Exception {
        try (SocketPair pair = SocketPair.open(kind, dir)) {
            FutureTask<Void> stuck = async(() -> {
                while (true) {
                    pair.ours().send(memory, 0, LARGE);
                }
            });
            awaitStuck(pair.ours());
            pair.ours().close();
            assertThatThrownBy(stuck::get).hasCauseInstanceOf(ClosedChannelException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingUnderLoadGivesEveryDescriptorBackOnce(Kind kind) throws Exception {
        long before = openDescriptors();
        for (int round = 0; round < 100; round++) {
            int pause = new Random(round).nextInt(200);
            try (SocketPair pair = SocketPair.open(kind, dir)) {
                FutureTask<Void> echo = async(() -> {
                    while (true) {
                        int count = pair.ours().receive(memory, 0, 1000);
                        if (count < 0) {
                            return null;
                        }
                        pair.ours().send(memory, 0, count);
                    }
                });
                for (int i = 0; i < pause; i++) {
                    write(pair.client(), (byte) i);
                }
                pair.ours().close();
                try {
                    echo.get();
                } catch (java.util.concurrent.ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(ClosedChannelException.class);
                }
                pair.ours().release();
                pair.ours().release();
                assertThat(pair.ours().peerGone()).isTrue();
                assertThat(pair.ours().arrivedBytes()).isEqualTo(-1);
            }
        }
        assertThat(openDescriptors()).isLessThanOrEqualTo(before + 5);
    }

    private static long openDescriptors() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        }
    }

    @Test
    void waitingReceiverDoesNotHoldUpTheGarbageCollector() throws Exception {
        try (SocketPair pair = SocketPair.open(Kind.UNIX, dir)) {
            FutureTask<Integer> waiting = async(() -> pair.ours().receive(memory, 0, 10));
            awaitReceiving(pair.ours());
            System.gc();
            write(pair.client(), (byte) 1);
            assertThat(waiting.get()).isEqualTo(1);
        }
    }

    @Test
    void spinningMeetsWhatComes() throws Exception {
        try (SocketPair pair = SocketPair.open(Kind.UNIX, dir)) {
            FutureTask<Void> echo = async(() -> {
                while (pair.ours().receive(memory, 0, 1, memory, 1, 7) > 0) {
                    pair.ours().send(memory, 0, 8);
                }
                return null;
            });
            for (int i = 0; i < 2000; i++) {
                byte[] sent = random(8, i);
                write(pair.client(), sent);
                assertThat(read(pair.client(), 8)).isEqualTo(sent);
            }
            pair.client().close();
            echo.get();
        }
    }

    @Test
    void arrivedBytesCountWhatNobodyHasTaken() throws IOException {
        try (SocketPair pair = SocketPair.open(Kind.TCP, dir); SocketPair unix = SocketPair.open(Kind.UNIX, dir)) {
            assertThat(pair.ours().arrivedBytes()).isZero();
            write(pair.client(), random(1000, 3));
            assertThat(pair.ours().arrivedBytes()).isEqualTo(1000);
            pair.ours().receive(memory, 0, 300);
            assertThat(pair.ours().arrivedBytes()).isEqualTo(1000);
            assertThat(pair.ours().progress().receivedBytes()).isEqualTo(300);
            assertThat(pair.ours().progress().processedBytes()).isZero();
            pair.ours().receive(memory, 0, 10_000);
            assertThat(pair.ours().progress().processedBytes()).isEqualTo(300);
            assertThat(unix.ours().arrivedBytes()).as("not counted").isEqualTo(-1);
        }
    }

    @Test
    void peersAreTold() throws IOException {
        try (SocketPair tcp = SocketPair.open(Kind.TCP, dir); SocketPair unix = SocketPair.open(Kind.UNIX, dir)) {
            InetSocketAddress client = (InetSocketAddress) tcp.client().getLocalAddress();
            Peer overTcp = tcp.ours().peer();
            assertThat(overTcp.text()).isEqualTo("127.0.0.1:" + client.getPort());
            assertThat(overTcp.address()).isEqualTo(client.getAddress());
            assertThat(overTcp.uid()).isEqualTo(-1);
            assertThat(unix.ours().peer().text()).startsWith("unix:" + dir);
            assertThat(unix.ours().peer().address()).isNull();
            assertThat(unix.ours().peer().uid()).isEqualTo(Files.getAttribute(dir, "unix:uid"));
        }
    }

    @Test
    void wrongRangesAreRefused() throws IOException {
        try (SocketPair pair = SocketPair.open(Kind.UNIX, dir)) {
            assertThatThrownBy(() -> pair.ours().receive(memory, LARGE - 1, 2))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> pair.ours().receive(memory, 0, 0))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("length=0");
            assertThatThrownBy(() -> pair.ours().send(MemorySegment.ofArray(new byte[4]), 0, 4))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not native");
        }
    }
}
