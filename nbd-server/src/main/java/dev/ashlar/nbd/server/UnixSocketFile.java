package dev.ashlar.nbd.server;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a Unix socket, from binding to removal. A server that died leaves its file behind, and nobody can bind
 * there: such a file is replaced. One that somebody answers at is not, nor is anything that is no socket.
 */
final class UnixSocketFile implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(UnixSocketFile.class);

    private final Path path;
    private final Object fileKey;

    private UnixSocketFile(Path path, Object fileKey) {
        this.path = path;
        this.fileKey = fileKey;
    }

    /**
     * Makes way for a socket at {@code path}.
     *
     * @throws BindException if the file is not ours to replace
     */
    static void makeWay(Path path) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            removeStale(path);
        }
    }

    /** The file of a socket that has just been bound to {@code path}. */
    static UnixSocketFile ofBound(Path path) throws IOException {
        return new UnixSocketFile(path, attributes(path).fileKey());
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
        } catch (SocketException e) {
            // The one answer that says nobody has the socket open any more.
            if (String.valueOf(e.getMessage()).contains("refused")) {
                return false;
            }
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
