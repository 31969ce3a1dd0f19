package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.TlsSetupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something made of files, made again when they have changed. They are looked at when it is asked for, at most once a
 * second. While the new files do not do, the old thing stays: one warning says why, and the next change is the next
 * attempt.
 *
 * <p>All methods may be called from any thread.
 *
 * @param <T> what is made
 */
final class WatchedFiles<T> {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedFiles.class);
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Makes the thing. */
    @FunctionalInterface
    interface Loader<T> {
        T load() throws TlsSetupException;
    }

    private record Stamp(FileTime modified, long bytes, Object key) {}

    private final List<Path> files;
    private final Loader<T> loader;
    private final LongSupplier nanoClock;
    private List<Stamp> stamps;
    private T loaded;
    private long nextLookNanos;

    /**
     * Makes the thing for the first time.
     *
     * @param nanoClock as {@link System#nanoTime}
     */
    WatchedFiles(Loader<T> loader, LongSupplier nanoClock, Path... files) throws TlsSetupException {
        this.files = Stream.of(files).filter(Objects::nonNull).toList();
        this.loader = loader;
        this.nanoClock = nanoClock;
        // Before the files are read: a change in between is then seen as one.
        this.stamps = stamps();
        this.loaded = loader.load();
        this.nextLookNanos = nanoClock.getAsLong() + INTERVAL_NANOS;
    }

    /** The newest there is. Never fails. */
    synchronized T get() {
        long now = nanoClock.getAsLong();
        if (now - nextLookNanos >= 0) {
            nextLookNanos = now + INTERVAL_NANOS;
            List<Stamp> seen = stamps();
            if (!seen.equals(stamps)) {
                stamps = seen;
                try {
                    loaded = loader.load();
                    LOG.info("TLS uses the new contents of {}", files);
                } catch (TlsSetupException e) {
                    LOG.warn("TLS goes on with what it has: {}", e.getMessage());
                }
            }
        }
        return loaded;
    }

    /** Makes the thing again now, or keeps the old one and says why. */
    synchronized void reload() throws TlsSetupException {
        stamps = stamps();
        nextLookNanos = nanoClock.getAsLong() + INTERVAL_NANOS;
        loaded = loader.load();
    }

    private List<Stamp> stamps() {
        return files.stream().map(WatchedFiles::stamp).toList();
    }

    private static Stamp stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException _) {
            return new Stamp(null, -1, null);
        }
    }
}
