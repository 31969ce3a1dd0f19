package dev.ashlar.nbd.transport;

import dev.ashlar.nbd.Endpoint;
import dev.ashlar.nbd.Peer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.List;

/** Who is at the other end, as the system tells it. */
final class SocketPeers {
    /** struct ucred: process (32) user (32) group (32). */
    private static final int CREDENTIALS_BYTES = 12;

    private static final int USER = 4;
    private static final int NOBODY = -1;

    private SocketPeers() {}

    /**
     * The peer of an accepted socket.
     *
     * @param remote its address, as accepting gave it
     * @param local where it was accepted
     */
    static Peer of(int fd, MemorySegment remote, Endpoint local) throws IOException {
        return switch (SocketAddresses.family(remote)) {
            case SocketCalls.AF_INET, SocketCalls.AF_INET6 -> tcp(SocketAddresses.inet(remote));
            case SocketCalls.AF_VSOCK -> new Peer("vsock:" + Integer.toUnsignedString(
                    SocketAddresses.vsockMachine(remote)), null, NOBODY, false, List.of());
            default -> new Peer("unix:" + local, null, user(fd), false, List.of());
        };
    }

    private static Peer tcp(InetSocketAddress remote) {
        return new Peer(Endpoint.text(remote), remote.getAddress(), NOBODY, false, List.of());
    }

    private static int user(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credentials = arena.allocate(CREDENTIALS_BYTES, Integer.BYTES);
            int length =
                    SocketCalls.getOption(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_PEERCRED, credentials);
            return length < CREDENTIALS_BYTES ? NOBODY : credentials.get(ValueLayout.JAVA_INT, USER);
        }
    }
}
