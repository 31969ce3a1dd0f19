package dev.ashlar.nbd.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The parts of struct tcp_info ({@code linux/tcp.h}) that are of use here. */
final class TcpInfo {
    /** 8 fields of 8 bits, 24 of 32, 3 of 64. */
    private static final int BYTES_RECEIVED = 128;

    private TcpInfo() {}

    /** Bytes of the stream that have arrived so far, received or not: -1 for other sockets, and before Linux 4.1. */
    static long bytesReceived(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(BYTES_RECEIVED + Long.BYTES, Long.BYTES);
            int length = SocketCalls.getOption(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_INFO, info);
            return length < info.byteSize() ? -1 : info.get(ValueLayout.JAVA_LONG, BYTES_RECEIVED);
        }
    }
}
