package dev.ashlar.nbd.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.nbd.Endpoint;
import dev.ashlar.nbd.TcpSettings;
import dev.ashlar.nbd.transport.SocketPair.Kind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ListeningSocketTest {
    @TempDir
    Path dir;

    private static FutureTask<SocketTransport> accepting(ListeningSocket listening) {
        FutureTask<SocketTransport> task = new FutureTask<>(() -> listening.accept(TcpSettings.DEFAULTS, () -> false));
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    @ParameterizedTest
    @EnumSource
    void wakeEndsAcceptingForGood(Kind kind) throws Exception {
        try (ListeningSocket listening = SocketPair.listen(kind, dir)) {
            FutureTask<SocketTransport> waiting = accepting(listening);
            listening.wake();
            assertThat(waiting.get()).isNull();
            assertThat(listening.accept(TcpSettings.DEFAULTS, () -> false)).isNull();
        }
    }

    @Test
    void bothProtocolsReachTheWildcard() throws IOException {
        InetAddress wildcard = InetAddress.getByName("::");
        try (ListeningSocket listening = open(new InetSocketAddress(wildcard, 0))) {
            int port = ((Endpoint.Tcp) listening.address()).address().getPort();
            for (String host : new String[] {"127.0.0.1", "::1"}) {
                InetSocketAddress address = new InetSocketAddress(host, port);
                try (SocketChannel client = SocketChannel.open(address)) {
                    SocketTransport ours = listening.accept(TcpSettings.DEFAULTS, () -> false);
                    assertThat(ours.peer().address()).isEqualTo(address.getAddress());
                    assertThat(ours.peer().text())
                            .isEqualTo(Endpoint.text((InetSocketAddress) client.getLocalAddress()));
                    ours.release();
                }
            }
        }
    }

    private static ListeningSocket open(InetSocketAddress address) throws IOException {
        try {
            return ListeningSocket.tcp(address, 16);
        } catch (ListeningSocket.NoSuchAddressException e) {
            assumeTrue(false, () -> "no IPv6 here: " + e.getMessage());
            throw e;
        }
    }

    @Test
    void strangersAddressIsNoneOfOurs() {
        assertThatThrownBy(() -> ListeningSocket.tcp(new InetSocketAddress("192.0.2.1", 0), 16))
                .isInstanceOf(ListeningSocket.NoSuchAddressException.class)
                .hasMessageContaining("192.0.2.1:0");
    }

    @Test
    void fileIsReadyBeforeAnybodyCanConnect() throws IOException {
        Path path = dir.resolve("s");
        ListeningSocket listening = ListeningSocket.unix(path, 16, file -> {
            assertThatThrownBy(() -> SocketChannel.open(UnixDomainSocketAddress.of(file)))
                    .isInstanceOf(ConnectException.class);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        });
        try (listening) {
            assertThat(listening.address()).isEqualTo(new Endpoint.Unix(path));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-rw----");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 108, 200})
    void pathThatTheSystemCannotTakeIsRefused(int length) {
        assertThatThrownBy(() -> ListeningSocket.unix(Path.of("x".repeat(length)), 16, _ -> {}))
                .isInstanceOf(SocketException.class).hasMessageContaining("1 to 107 bytes");
    }

    @ParameterizedTest
    @EnumSource
    void inheritedSocketListensOnAfterOurEnd(Kind kind) throws Throwable {
        try (ListeningSocket first = SocketPair.listen(kind, dir)) {
            ListeningSocket inherited = ListeningSocket.inherited(duplicate(first));
            assertThat(inherited.address()).isEqualTo(first.address());
            FutureTask<SocketTransport> waiting = accepting(inherited);
            inherited.wake();
            assertThat(waiting.get()).isNull();
            inherited.close();
            try (SocketPair pair = SocketPair.connect(first)) {
                pair.client().write(ByteBuffer.allocate(1));
                assertThat(pair.ours().receive(Arena.ofAuto().allocate(1), 0, 1)).isEqualTo(1);
            }
        }
    }

    @Test
    void whateverElseIsInheritedIsRefused() throws IOException {
        int connecting = SocketCalls.socket(SocketCalls.AF_INET);
        try {
            assertThatThrownBy(() -> ListeningSocket.inherited(connecting))
                    .isInstanceOf(SocketException.class).hasMessageContaining("no listening stream socket");
        } finally {
            SocketCalls.close(connecting);
        }
        assertThatThrownBy(() -> ListeningSocket.inherited(connecting))
                .isInstanceOf(SocketException.class).hasMessageContaining("Bad file descriptor");
        int noSocket = SocketCalls.eventfd();
        assertThatThrownBy(() -> ListeningSocket.inherited(noSocket))
                .isInstanceOf(SocketException.class).hasMessageContaining("descriptor " + noSocket);
        SocketCalls.close(noSocket);
    }

    @Test
    void addressesSurviveTheWayToTheSystemAndBack() throws IOException {
        for (String host : new String[] {"192.0.2.7", "2001:db8::7", "fe80::7%1"}) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), 10809);
            try (Arena arena = Arena.ofConfined()) {
                InetSocketAddress back = SocketAddresses.inet(SocketAddresses.of(address, arena));
                assertThat(back.getAddress().getHostAddress()).isEqualTo(address.getAddress().getHostAddress());
                assertThat(back.getPort()).isEqualTo(10809);
            }
        }
    }

    @Test
    void abstractSocketHasItsNameWithAnAt() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SocketAddresses.MAX_BYTES, 8);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) SocketCalls.AF_UNIX);
            address.setString(3, "nbd");
            assertThat(SocketAddresses.endpoint(address, 6)).hasToString("@nbd");
        }
    }

    private static int duplicate(ListeningSocket listening) throws Throwable {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor signature = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        return (int) linker.downcallHandle(linker.defaultLookup().findOrThrow("dup"), signature)
                .invokeExact(listening.descriptor());
    }
}
