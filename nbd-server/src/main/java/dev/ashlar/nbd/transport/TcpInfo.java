package dev.ashlar.nbd.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The parts of struct tcp_info ({@code linux/tcp.h}) that are of use here: 8 fields of 8 bits, 24 of 32, 3 of 64. */
final class TcpInfo {
    private static final int LAST_DATA_RECEIVED = 52;
    private static final int LAST_ACK_RECEIVED = 56;
    private static final int BYTES_RECEIVED = 128;

    private TcpInfo() {}

    /** Bytes of the stream that have arrived so far, received or not: -1 for other sockets, and before Linux 4.1. */
    static long bytesReceived(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(BYTES_RECEIVED + Long.BYTES, Long.BYTES);
            return has(info, fd) ? info.get(ValueLayout.JAVA_LONG, BYTES_RECEIVED) : -1;
        }
    }

    /** Time since data or an acknowledgement arrived last, in milliseconds: -1 for other sockets. */
    static long silentMillis(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(LAST_ACK_RECEIVED + Integer.BYTES, Long.BYTES);
            return has(info, fd) ? Math.min(unsigned(info, LAST_DATA_RECEIVED), unsigned(info, LAST_ACK_RECEIVED)) : -1;
        }
    }

    private static boolean has(MemorySegment info, int fd) {
        int length = SocketCalls.getOption(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_INFO, info);
        return length >= info.byteSize();
    }

    private static long unsigned(MemorySegment info, int offset) {
        return Integer.toUnsignedLong(info.get(ValueLayout.JAVA_INT, offset));
    }
}
