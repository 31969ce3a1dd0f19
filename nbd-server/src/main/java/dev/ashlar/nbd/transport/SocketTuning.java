package dev.ashlar.nbd.transport;

import dev.ashlar.nbd.TcpSettings;
import java.time.Duration;

/** The options that suit NBD. None is needed for a right answer, so one that the system refuses is done without. */
final class SocketTuning {
    /** Unix sockets do not tune themselves: with less, a 1 MiB reply is sent in many sleeps. */
    private static final int UNIX_BUFFER_BYTES = 1 << 20;

    private SocketTuning() {}

    static void apply(int fd, int family, TcpSettings settings) {
        if (family == SocketCalls.AF_INET || family == SocketCalls.AF_INET6) {
            tcp(fd, settings);
        } else if (family == SocketCalls.AF_UNIX) {
            unix(fd);
        }
    }

    private static void tcp(int fd, TcpSettings settings) {
        SocketCalls.setOption(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_KEEPALIVE, 1);
        set(fd, SocketCalls.TCP_NODELAY, 1);
        set(fd, SocketCalls.TCP_KEEPIDLE, seconds(settings.keepAliveIdle()));
        set(fd, SocketCalls.TCP_KEEPINTVL, seconds(settings.keepAliveInterval()));
        set(fd, SocketCalls.TCP_KEEPCNT, settings.keepAliveCount());
        set(fd, SocketCalls.TCP_USER_TIMEOUT, (int) settings.userTimeout().toMillis());
    }

    private static void set(int fd, int name, int value) {
        SocketCalls.setOption(fd, SocketCalls.IPPROTO_TCP, name, value);
    }

    private static int seconds(Duration duration) {
        return (int) duration.plusNanos(999_999_999).toSeconds();
    }

    /** The system's bound on buffers holds for those who may not force them. */
    private static void unix(int fd) {
        force(fd, SocketCalls.SO_SNDBUFFORCE, SocketCalls.SO_SNDBUF);
        force(fd, SocketCalls.SO_RCVBUFFORCE, SocketCalls.SO_RCVBUF);
    }

    private static void force(int fd, int forced, int asked) {
        if (SocketCalls.setOption(fd, SocketCalls.SOL_SOCKET, forced, UNIX_BUFFER_BYTES) < 0) {
            SocketCalls.setOption(fd, SocketCalls.SOL_SOCKET, asked, UNIX_BUFFER_BYTES);
        }
    }
}
