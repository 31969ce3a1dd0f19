package dev.ashlar.cli;

import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.members.FoundArray;
import dev.ashlar.cli.members.MemberScan;
import dev.ashlar.cli.serve.Addresses;
import dev.ashlar.cli.serve.Listening;
import dev.ashlar.cli.serve.ServeConfig;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.cli.serve.ServerSetting;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.array.RaidArray;
import dev.ashlar.raid.layout.LayoutNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ashlar up}: a first array without any decision. */
@Command(
        name = "up",
        description = "Serves the arrays in DIR on 127.0.0.1:10809 and DIR/ashlar.sock; when there is none, makes a "
                + "RAID 6 of six images of 256M there first.")
final class UpCommand extends Verb {
    private static final int MEMBERS = 6;
    private static final long MEMBER_BYTES = 256L << 20;
    private static final long CHUNK_BYTES = 512 << 10;
    private static final int MAX_NAME_BYTES = 32;

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            defaultValue = "ashlar-data",
            description = "Where the images lie; ./ashlar-data by default.")
    private Path directory;

    @Option(names = "--json", description = "Print the URIs as one line of JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        LogSetup.daemon();
        Path absolute = directory.toAbsolutePath().normalize();
        Files.createDirectories(absolute);
        Listening listening =
                new Listening(List.of(Listening.DEFAULT), List.of(absolute.resolve("ashlar.sock")), null);
        Addresses.requireFree(listening);
        if (MemberScan.directory(absolute).isEmpty()) {
            create(absolute);
        }
        List<Path> members = MemberScan.directory(absolute).stream()
                .map(FoundArray::paths)
                .flatMap(List::stream)
                .toList();
        ServeConfig config = new ServeConfig(
                ServerSetting.at(listening),
                List.of(new ArraySource(members, OpenOptions.WRITABLE)),
                List.of());
        return Serving.untilStopped(config, RunDirectory.of(System.getenv()), uris -> printUris(uris, json));
    }

    private void create(Path absolute) throws IOException {
        String name = String.valueOf(absolute.getFileName());
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw usage("the array is named after DIR, and " + name + " is longer than " + MAX_NAME_BYTES + " bytes");
        }
        List<Path> members = IntStream.range(0, MEMBERS)
                .mapToObj(role -> absolute.resolve("m" + role + ".img"))
                .toList();
        ArrayStatus status = RaidArray.create(new CreateSpec(
                name,
                RaidLevel.RAID6,
                LayoutNames.defaultLayout(RaidLevel.RAID6),
                CHUNK_BYTES,
                MEMBER_BYTES,
                ConsistencyPolicy.BITMAP,
                0,
                false,
                false,
                true,
                members,
                List.of()));
        err().println("created " + status.name() + " in " + absolute);
    }
}
