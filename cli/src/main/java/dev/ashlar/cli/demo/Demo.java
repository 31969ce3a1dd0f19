package dev.ashlar.cli.demo;

import dev.ashlar.block.Devices;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.Sizes;
import dev.ashlar.cli.show.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The main job, told as a transcript: files are copied onto a RAID 6 over NBD, two members are lost under a writer that
 * verifies, everything is read back, both are rebuilt, the array is scrubbed, and at last it is read from the rebuilt
 * members with two others taken away.
 *
 * <p>Any difference anywhere ends it with an exception.
 */
final class Demo {
    private static final int MEMBERS = 6;
    private static final int DATA_MEMBERS = 4;
    private static final int FIRST_LOST = 1;
    private static final int SECOND_LOST = 4;
    private static final long WRITER_BYTES = 32L << 20;

    /** Superblock, integrity and log areas of a member, with some slack. */
    private static final long HEAD_ROOM_BYTES = 40L << 20;

    private final Transcript say;
    private final Terminal terminal;
    private final Path launcher;
    private final Path directory;
    private final String name = "demo-" + ProcessHandle.current().pid();
    private List<String> expected;

    Demo(Transcript say, Terminal terminal, Path launcher, Path directory) {
        this.say = say;
        this.terminal = terminal;
        this.launcher = launcher;
        this.directory = directory;
    }

    /** Runs it with at least so many bytes of files. */
    void run(long wantedBytes) throws IOException, InterruptedException {
        SourceFiles source = choose(wantedBytes);
        VolumeCopy copy = new VolumeCopy(source);
        create(source);
        try (ServeProcess serve = serve()) {
            List<String> uris = serve.uris();
            say.step("Copy " + source.files().size() + " files, " + Sizes.format(source.totalBytes())
                    + ", over TCP and the Unix socket at the same time");
            expected = say.timed(source.totalBytes(), () -> copy.write(uris));
            underWriter(source, copy, uris);
            say.step("Read everything once more");
            compare(say.timed(source.totalBytes(), () -> copy.read(uris)));
            say.step("Stop the array: clients drained, superblocks clean");
            say.run(ExitCode.OK, "stop", name);
            say.require(serve.awaitExit() == ExitCode.OK, "the daemon did not end with exit code 0");
        }
        readFromRebuilt(source, copy);
    }

    private SourceFiles choose(long wantedBytes) throws IOException {
        Path jdk = Path.of(System.getProperty("java.home"));
        Path sources = launcher.resolveSibling("raid-core");
        List<Path> trees = List.of(jdk, sources, Path.of("/usr/lib"), Path.of("/usr/share"));
        SourceFiles source = SourceFiles.choose(trees, wantedBytes);
        say.line("Files to copy: those of " + jdk);
        say.line("and, as far as needed, of " + sources + ", /usr/lib and /usr/share");
        return source;
    }

    private void create(SourceFiles source) throws IOException {
        long dataBytes = Math.ceilDiv(source.endBytes() + WRITER_BYTES, DATA_MEMBERS);
        long memberMiB = Math.ceilDiv(dataBytes + HEAD_ROOM_BYTES, 1 << 20);
        long freeBytes = Files.getFileStore(directory).getUsableSpace();
        long neededBytes = (MEMBERS + 2) * (memberMiB << 20);
        if (freeBytes < neededBytes) {
            throw new CommandFailure(ExitCode.IO_ERROR, directory + " has too little room: free="
                    + Sizes.format(freeBytes) + " needed=" + Sizes.format(neededBytes) + " (set TMPDIR)");
        }
        say.step("Create a RAID 6 of six images");
        say.run(ExitCode.OK, arguments(
                List.of("create", name, "--level=6", "--member-size=" + memberMiB + "M"), members(0, 1, 2, 3, 4, 5)));
    }

    private ServeProcess serve() throws IOException {
        say.step("Serve it over a Unix socket and TCP, from a process of its own");
        String[] arguments = arguments(
                List.of("serve", "--listen=127.0.0.1:0", "--unix=" + directory.resolve("nbd.sock")),
                members(0, 1, 2, 3, 4, 5));
        say.command(arguments);
        ServeProcess serve = ServeProcess.start(launcher, List.of(arguments), directory.resolve("serve.log"), 2);
        serve.uris().forEach(say::line);
        return serve;
    }

    /** Everything between the first loss and the scrub happens under the writer. */
    private void underWriter(SourceFiles source, VolumeCopy copy, List<String> uris)
            throws IOException, InterruptedException {
        say.step("Start a writer that verifies what it wrote, and lose two members under it");
        VerifyingWriter writer = new VerifyingWriter(uris.getLast(), source.endBytes(), WRITER_BYTES);
        Thread thread = Thread.ofPlatform().name("verifying-writer").daemon().start(writer);
        say.run(ExitCode.OK, "fail", name, member(FIRST_LOST));
        say.run(ExitCode.OK, "fail", name, member(SECOND_LOST));
        say.run(ExitCode.DEGRADED, "status", name);
        say.step("Read everything back with both members gone");
        compare(say.timed(source.totalBytes(), () -> copy.read(uris)));
        writer.check();
        rebuild();
        writer.check();
        say.step("Scrub it while the writer goes on");
        say.run(ExitCode.OK, "check", name);
        writer.finish(thread);
        say.line("the writer's " + writer.requests() + " requests all read what had been written");
    }

    private void rebuild() throws IOException, InterruptedException {
        say.step("Rebuild both onto new images");
        say.run(ExitCode.OK, "remove", name, member(FIRST_LOST));
        say.run(ExitCode.OK, "remove", name, member(SECOND_LOST));
        makeBlank(6, member(0));
        makeBlank(7, member(0));
        say.run(ExitCode.OK, "add", name, member(6));
        say.run(ExitCode.OK, "add", name, member(7));
        try (Rebuild rebuild = new Rebuild(name, say, terminal)) {
            rebuild.follow();
        }
        say.run(ExitCode.OK, "status", name);
    }

    private void makeBlank(int number, String like) throws IOException {
        long sizeBytes = Files.size(Path.of(like));
        say.line("$ truncate --size=" + sizeBytes + " $D/m" + number + ".img");
        Devices.createImage(Path.of(member(number)), sizeBytes, false);
    }

    /** Two members that were there all the time are left out, so that the data can only come from the new ones. */
    private void readFromRebuilt(SourceFiles source, VolumeCopy copy) throws IOException, InterruptedException {
        say.step("Serve it read-only from two old and the two new members, and read everything from those");
        String[] arguments = arguments(
                List.of("serve", "--read-only", "--unix=" + directory.resolve("nbd.sock")), members(2, 3, 6, 7));
        say.command(arguments);
        Path log = directory.resolve("serve-again.log");
        try (ServeProcess serve = ServeProcess.start(launcher, List.of(arguments), log, 1)) {
            compare(say.timed(source.totalBytes(), () -> copy.read(serve.uris())));
        }
    }

    private void compare(List<String> found) throws CommandFailure {
        for (int index = 0; index < found.size(); index++) {
            say.require(found.get(index).equals(expected.get(index)), "SHA-256 differs: file number=" + index
                    + " expected=" + expected.get(index) + " found=" + found.get(index));
        }
        say.line("all " + found.size() + " files have the SHA-256 they were copied with");
    }

    private String member(int number) {
        return directory.resolve("m" + number + ".img").toString();
    }

    private List<String> members(int... numbers) {
        return IntStream.of(numbers).mapToObj(this::member).toList();
    }

    private static String[] arguments(List<String> verb, List<String> members) {
        return Stream.concat(verb.stream(), members.stream()).toArray(String[]::new);
    }
}
