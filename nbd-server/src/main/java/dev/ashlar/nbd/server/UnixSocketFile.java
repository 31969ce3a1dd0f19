package dev.ashlar.nbd.server;

import dev.ashlar.nbd.transport.ListeningSocket;
import dev.ashlar.nbd.transport.NameLock;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a Unix socket, from binding to removal. A server that died leaves its file behind, and nobody can bind
 * there: such a file is replaced. One that somebody answers at is not, nor is anything that is no socket.
 *
 * <p>Invariant: from the look at what is there to the moment when the new socket answers, its path is locked, so of
 * servers that begin at once none takes another's for a dead one. The file is removed while the socket answers still.
 */
final class UnixSocketFile implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(UnixSocketFile.class);

    /** Others hold the lock for a few system calls. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Path path;
    private final Object fileKey;
    private final ListeningSocket socket;

    private UnixSocketFile(Path path, Object fileKey, ListeningSocket socket) {
        this.path = path;
        this.fileKey = fileKey;
        this.socket = socket;
    }

    /**
     * Listens at {@code path}.
     *
     * @param preparation what is done to the file before anybody can connect
     * @throws BindException if the file is not ours to replace
     */
    static UnixSocketFile bind(Path path, int backlog, ListeningSocket.Preparation preparation) throws IOException {
        try (NameLock _ = NameLock.acquire("unix socket " + path.toAbsolutePath().normalize(), PATIENCE)) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                removeStale(path);
            }
            ListeningSocket socket = ListeningSocket.unix(path, backlog, preparation);
            try {
                return new UnixSocketFile(path, attributes(path).fileKey(), socket);
            } catch (IOException | RuntimeException e) {
                socket.close();
                throw e;
            }
        }
    }

    /** Listens, and is its user's to close. */
    ListeningSocket socket() {
        return socket;
    }

    private static void removeStale(Path path) throws IOException {
        if (!attributes(path).isOther()) {
            throw new BindException(path + " exists and is not a socket");
        }
        if (answers(path)) {
            throw new BindException(path + " is in use by a running server");
        }
        LOG.info("replacing {}, the socket of a server that is gone", path);
        Files.deleteIfExists(path);
    }

    private static boolean answers(Path path) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // A full backlog is a living server's; without this the probe would wait for it.
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException _) {
            // Refused: the one answer that says nobody has the socket open any more.
            return false;
        } catch (SocketException e) {
            throw new BindException(path + " exists and cannot be tried: " + e.getMessage());
        }
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes the file, if it is still the one that was bound. */
    @Override
    public void close() throws IOException {
        try {
            if (fileKey.equals(attributes(path).fileKey())) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException _) {
            // Somebody has removed it already.
        }
    }
}
