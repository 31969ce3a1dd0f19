package dev.ashlar.nbd.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Lets the system ask the other end of a TCP connection for a sign of life once a second, by keepalive, from now on
 * instead of after the silence that it is set up for. One that has been silent for a second is asked at once. Not
 * thread-safe.
 */
final class LifeProbe {
    private static final int SECOND = 1;

    private boolean asking;
    private int idleSeconds;
    private int intervalSeconds;

    /** Begins to ask; the settings before are kept for {@link #end}. */
    void begin(int fd) {
        if (!asking) {
            asking = true;
            idleSeconds = option(fd, SocketCalls.TCP_KEEPIDLE);
            intervalSeconds = option(fd, SocketCalls.TCP_KEEPINTVL);
            set(fd, SocketCalls.TCP_KEEPINTVL, SECOND);
            // Comes last, since it is what sets the clock.
            set(fd, SocketCalls.TCP_KEEPIDLE, SECOND);
        }
    }

    /** Asks no more than before. */
    void end(int fd) {
        if (asking) {
            asking = false;
            set(fd, SocketCalls.TCP_KEEPINTVL, intervalSeconds);
            set(fd, SocketCalls.TCP_KEEPIDLE, idleSeconds);
        }
    }

    private static void set(int fd, int name, int value) {
        SocketCalls.setOption(fd, SocketCalls.IPPROTO_TCP, name, value);
    }

    private static int option(int fd, int name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            SocketCalls.getOption(fd, SocketCalls.IPPROTO_TCP, name, value);
            return value.get(ValueLayout.JAVA_INT, 0);
        }
    }
}
