package dev.ashlar.cli.members;

import dev.ashlar.cli.control.ControlClient;
import dev.ashlar.cli.control.Endpoint;
import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.raid.superblock.NoSuperblockException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds the array that an ARRAY argument means. Two arrays that match are an error, never a choice. */
public final class ArrayFinder {
    private final RunDirectory run;
    private final Path scanDirectory;

    /**
     * @param run where daemons announce what they serve
     * @param scanDirectory where members of stopped arrays are looked for
     */
    public ArrayFinder(RunDirectory run, Path scanDirectory) {
        this.run = run;
        this.scanDirectory = scanDirectory;
    }

    /**
     * @param text a set name, whole or after its colon, the path of any member, or a UUID
     * @throws CommandFailure if there is none, or more than one
     */
    public ArrayTarget find(String text) throws IOException {
        Path path = path(text);
        List<Endpoint> endpoints = run.endpoints();
        List<Endpoint> served = endpoints.stream()
                .filter(endpoint -> matches(endpoint, text, path))
                .toList();
        if (!served.isEmpty()) {
            return served(only(text, served, endpoint -> endpoint.name() + " (" + endpoint.array()
                    + ", served by process " + endpoint.pid() + ")"));
        }
        if (Files.exists(path) && !Files.isDirectory(path)) {
            UUID array = uuidOf(path);
            for (Endpoint endpoint : endpoints) {
                if (endpoint.array().equals(array)) {
                    return served(endpoint);
                }
            }
            return new ArrayTarget.Stopped(new FoundArray(array, besides(path, array)));
        }
        List<FoundArray> stopped = MemberScan.directory(scanDirectory).stream()
                .filter(array -> SetNames.matches(array.name(), text) || array.uuid().toString().equals(text))
                .toList();
        if (stopped.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "no array " + text + ": none of this name is served, and "
                    + scanDirectory.toAbsolutePath().normalize()
                    + " holds no member of one (--scan=DIR looks elsewhere)");
        }
        return new ArrayTarget.Stopped(only(text, stopped, array -> array.name() + " (" + array.uuid() + ", members "
                + array.paths().stream().map(Path::toString).collect(Collectors.joining(" ")) + ")"));
    }

    private static Path path(String text) throws CommandFailure {
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new CommandFailure(ExitCode.USAGE, "no array " + text + ": " + e.getReason());
        }
    }

    private static boolean matches(Endpoint endpoint, String text, Path path) {
        return SetNames.matches(endpoint.name(), text)
                || endpoint.exports().contains(text)
                || endpoint.array().toString().equals(text)
                || endpoint.members().contains(path.toString());
    }

    private static ArrayTarget served(Endpoint endpoint) {
        return new ArrayTarget.Served(new ControlClient(endpoint));
    }

    private static UUID uuidOf(Path path) throws IOException {
        try {
            return MemberScan.read(path).superblock().array().setUuid();
        } catch (NoSuperblockException _) {
            throw new CommandFailure(ExitCode.USAGE, path + " is no member of an array: it carries no md superblock");
        }
    }

    /** The members of the array in the member's own directory, and in the scanned one when that is another. */
    private List<FoundMember> besides(Path path, UUID array) throws IOException {
        List<FoundMember> members = new ArrayList<>();
        List<Path> directories = new ArrayList<>(List.of(path.getParent()));
        Path other = scanDirectory.toAbsolutePath().normalize();
        if (!other.equals(path.getParent())) {
            directories.add(other);
        }
        for (Path directory : directories) {
            MemberScan.directory(directory).stream()
                    .filter(found -> found.uuid().equals(array))
                    .forEach(found -> members.addAll(found.members()));
        }
        return members;
    }

    private static <T> T only(String text, List<T> found, Function<T, String> describe) throws CommandFailure {
        if (found.size() > 1) {
            throw new CommandFailure(ExitCode.USAGE, "more than one array is called " + text + ": "
                    + found.stream().map(describe).collect(Collectors.joining(", ")));
        }
        return found.getFirst();
    }
}
