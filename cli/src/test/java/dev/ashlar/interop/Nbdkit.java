package dev.ashlar.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** nbdkit as the server to compare with: every file of a directory is an export. */
final class Nbdkit {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long POLL_NANOS = 20_000_000;
    /** Below the ports from which the system takes those of clients, so that no client gets a dead server's port. */
    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 10_000;

    private Nbdkit() {}

    /** Starts it on a port of 127.0.0.1 and waits until it listens. */
    static Child start(int port, Path directory) throws IOException {
        List<String> command = List.of(
                "nbdkit", "--foreground", "-i", "127.0.0.1", "-p", Integer.toString(port), "file", "dir=" + directory);
        Child child = Child.start("nbdkit", command, Map.of());
        long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
        while (!listens(port)) {
            if (System.nanoTime() > deadlineNanos) {
                child.close();
                throw new AssertionError("nbdkit does not listen on port " + port + "; it said:\n" + child.said());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return child;
    }

    /** A port of 127.0.0.1 that a server can have again after it was killed. */
    static int freePort() {
        Random random = new Random();
        while (true) {
            int port = FIRST_PORT + random.nextInt(PORTS);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException _) {
                // Taken: the next one.
            }
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
