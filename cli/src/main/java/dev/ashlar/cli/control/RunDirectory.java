package dev.ashlar.cli.control;

import dev.ashlar.cli.json.JsonException;
import dev.ashlar.cli.json.JsonWriter;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The directory of endpoint files, one {@code <array-uuid>.json} for each served array.
 *
 * <p>A file holds a token, so files are 0600 in a directory that is 0700. A directory that belongs to somebody else, or
 * that others may write, is neither written nor believed. Files whose daemon is dead are removed when they are seen.
 */
public final class RunDirectory {
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final String SUFFIX = ".json";
    private static final long MAX_FILE_BYTES = 1 << 20;

    private final List<Path> candidates;

    /** @param candidates directories to look into; the first that can be used takes new files */
    public RunDirectory(List<Path> candidates) {
        this.candidates = List.copyOf(candidates);
    }

    /**
     * The directories of this user: under {@code XDG_RUNTIME_DIR}; {@code /run}, where services of the system are, also
     * for somebody who has logged in; and under {@code TMPDIR} for users who have neither.
     */
    public static RunDirectory of(Map<String, String> environment) {
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        String temporary = environment.getOrDefault("TMPDIR", "");
        List<Path> candidates = new ArrayList<>();
        if (!runtime.isEmpty()) {
            candidates.add(Path.of(runtime, "ashlar"));
        }
        candidates.add(Path.of("/run/ashlar"));
        candidates.add(Path.of(temporary.isEmpty() ? "/tmp" : temporary, "ashlar-" + System.getProperty("user.name")));
        return new RunDirectory(candidates.stream().distinct().toList());
    }

    /** The endpoints of all arrays that are served now, ordered by array name. */
    public List<Endpoint> endpoints() throws IOException {
        List<Endpoint> endpoints = new ArrayList<>();
        for (Path directory : candidates) {
            if (usable(directory)) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
                    for (Path file : files) {
                        readLive(file, endpoints);
                    }
                }
            }
        }
        endpoints.sort(Comparator.comparing(Endpoint::name).thenComparing(Endpoint::array));
        return endpoints;
    }

    /** A file that cannot be understood is left alone: a newer Ashlar may have written it. */
    private static void readLive(Path file, List<Endpoint> endpoints) throws IOException {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_FILE_BYTES) {
                return;
            }
            Endpoint endpoint = Endpoint.fromJson(Files.readString(file));
            if (endpoint.alive()) {
                endpoints.add(endpoint);
            } else {
                Files.deleteIfExists(file);
            }
        } catch (JsonException | NoSuchFileException _) {
            return;
        }
    }

    /**
     * Writes the file of a served array, or replaces it in one step.
     *
     * @return its path
     * @throws IOException if none of the directories can be used
     */
    public Path write(Endpoint endpoint) throws IOException {
        Path directory = writable();
        Path temporary = Files.createTempFile(directory, ".new", ".tmp", PRIVATE_FILE);
        try {
            Files.writeString(temporary, JsonWriter.write(endpoint.toJson()) + "\n", StandardOpenOption.WRITE);
            Path file = file(directory, endpoint.array());
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            return file;
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("cannot replace files in one step: directory=" + directory, e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Removes the file of an array that is served no more. Directories that cannot be used hold none of ours. */
    public void remove(UUID array) throws IOException {
        for (Path directory : candidates) {
            if (usable(directory)) {
                Files.deleteIfExists(file(directory, array));
            }
        }
    }

    private static Path file(Path directory, UUID array) {
        return directory.resolve(array + SUFFIX);
    }

    private Path writable() throws IOException {
        for (Path directory : candidates) {
            try {
                if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectory(directory, PRIVATE_DIRECTORY);
                }
            } catch (IOException _) {
                continue;
            }
            if (usable(directory) && Files.isWritable(directory)) {
                return directory;
            }
        }
        throw new IOException("no private directory for the control endpoint: tried " + candidates);
    }

    private static boolean usable(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) || !Files.isReadable(directory)) {
            return false;
        }
        PosixFileAttributes attributes =
                Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Set<PosixFilePermission> others = EnumSet.copyOf(attributes.permissions());
        others.removeAll(EnumSet.of(
                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));
        return others.isEmpty() && attributes.owner().getName().equals(System.getProperty("user.name"));
    }
}
