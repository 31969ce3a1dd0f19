package dev.ashlar.nbd.transport;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A name that one thread of all processes of this machine holds at a time, or of the network namespace. It is a socket
 * that is bound in the abstract namespace ({@code unix(7)}) and used for nothing else, so nothing has to be cleaned up
 * where a holder dies. For short times: who waits looks again and again.
 */
public final class NameLock implements Closeable {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final int fd;
    private boolean closed;

    private NameLock(int fd) {
        this.fd = fd;
    }

    /**
     * Waits for the name and takes it.
     *
     * @throws BindException if somebody else has held it all the time
     */
    public static NameLock acquire(String name, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        int fd = SocketCalls.socket(SocketCalls.AF_UNIX);
        if (fd < 0) {
            throw new SocketException("locking '" + name + "': " + SocketCalls.text(-fd));
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = SocketAddresses.ofAbstract("ashlar-" + digest(name), arena);
            int result;
            while ((result = SocketCalls.bind(fd, address)) == -SocketCalls.EADDRINUSE
                    && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
            if (result < 0) {
                throw new BindException("somebody else holds '" + name + "': " + SocketCalls.text(-result));
            }
            return new NameLock(fd);
        } catch (IOException | RuntimeException e) {
            SocketCalls.close(fd);
            throw e;
        }
    }

    /** A name of any length, short enough for an address. */
    private static String digest(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives the name back. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            SocketCalls.close(fd);
        }
    }
}
