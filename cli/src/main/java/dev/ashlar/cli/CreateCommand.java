package dev.ashlar.cli;

import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.Sizes;
import dev.ashlar.cli.show.StatusJson;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.array.RaidArray;
import dev.ashlar.raid.layout.LayoutNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ashlar create}: writes a new array onto its members and leaves it stopped. */
@Command(
        name = "create",
        description = "Makes a new array and leaves it stopped; image files that are missing are made too.")
final class CreateCommand extends Verb {
    private static final String MISSING = "missing";
    private static final long DEFAULT_CHUNK_BYTES = 512 << 10;

    /** The policies that can be asked for; mdadm's words. */
    enum Policy {
        bitmap,
        resync
    }

    @Parameters(index = "0", paramLabel = "NAME", description = "Set name, at most 32 bytes.")
    private String name;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "MEMBER",
            description = "One image or device a role; 'missing' leaves the role empty.")
    private List<Path> members;

    @Option(
            names = {"-l", "--level"},
            required = true,
            converter = LevelConverter.class,
            paramLabel = "LEVEL",
            description = "0, 1, 4, 5, 6 or 10.")
    private RaidLevel level;

    @Option(
            names = {"-c", "--chunk"},
            converter = SizeConverter.class,
            paramLabel = "SIZE",
            description = "Power of two from 4K to 64M; 512K by default, none for level 1.")
    private Long chunkBytes;

    @Option(
            names = {"-p", "--layout"},
            paramLabel = "LAYOUT",
            description = "mdadm's name; left-symmetric by default, n2 for level 10.")
    private String layout;

    @Option(
            names = "--member-size",
            converter = SizeConverter.class,
            paramLabel = "SIZE",
            description = "Size of the image files that are missing.")
    private Long memberBytes;

    @Option(
            names = {"-k", "--consistency-policy"},
            paramLabel = "POLICY",
            description = "bitmap (default) or resync: how it becomes consistent after an unclean stop.")
    private Policy policy;

    @Option(
            names = "--bitmap-chunk",
            converter = SizeConverter.class,
            paramLabel = "SIZE",
            defaultValue = "0",
            description = "What one bit of the bitmap covers; chosen by default.")
    private long bitmapChunkBytes;

    @Option(names = "--no-head-room", description = "Reserve no room for integrity data and log before the data.")
    private boolean noHeadRoom;

    @Option(names = "--spare", paramLabel = "PATH", description = "A hot spare; may be given several times.")
    private List<Path> spares = List.of();

    @Option(names = "--assume-clean", description = "Existing members agree already: no resync.")
    private boolean assumeClean;

    @Option(names = "--force", description = "Overwrite superblocks and file systems that members carry.")
    private boolean force;

    @Option(names = "--json", description = "Print the new array as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        ArrayStatus status = RaidArray.create(spec());
        if (json) {
            printJson(StatusJson.write(status));
        } else {
            out().println("created " + status.name() + ": " + status.level() + " of " + status.raidDisks()
                    + " members, " + Sizes.format(status.arrayBytes()) + ", policy " + status.policy().word());
            out().println("serve it with: ashlar serve " + quotedMembers());
        }
        return status.degradedDisks() > 0 ? ExitCode.DEGRADED : ExitCode.OK;
    }

    private CreateSpec spec() {
        checkName();
        checkPaths();
        List<Path> roles = new ArrayList<>();
        members.forEach(member -> roles.add(isMissing(member) ? null : member));
        return new CreateSpec(
                name,
                level,
                layoutNumber(),
                chunk(),
                memberBytes == null ? 0 : memberBytes,
                consistencyPolicy(),
                bitmapChunkBytes,
                assumeClean,
                force,
                !noHeadRoom,
                roles,
                spares);
    }

    private long chunk() {
        if (level == RaidLevel.RAID1) {
            if (chunkBytes != null) {
                throw usage("level 1 has no chunk");
            }
            return 0;
        }
        return chunkBytes == null ? DEFAULT_CHUNK_BYTES : chunkBytes;
    }

    private int layoutNumber() {
        try {
            return layout == null ? LayoutNames.defaultLayout(level) : LayoutNames.parse(level, layout);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private ConsistencyPolicy consistencyPolicy() {
        if (!level.isRedundant()) {
            if (policy != null) {
                throw usage("level 0 has nothing to make consistent, so no policy");
            }
            return ConsistencyPolicy.NONE;
        }
        return policy == Policy.resync ? ConsistencyPolicy.RESYNC : ConsistencyPolicy.BITMAP;
    }

    private void checkName() {
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw usage("the name contains control characters");
        }
        if (memberBytes != null && memberBytes <= 0) {
            throw usage("--member-size is 0");
        }
        if (spares.stream().anyMatch(CreateCommand::isMissing)) {
            throw usage("a spare is not needed: '" + MISSING + "' only stands for a role");
        }
    }

    private void checkPaths() {
        Set<Path> seen = new HashSet<>();
        List<Path> paths = new ArrayList<>(members);
        paths.removeIf(CreateCommand::isMissing);
        paths.addAll(spares);
        for (Path path : paths) {
            if (!seen.add(path.toAbsolutePath().normalize())) {
                throw usage("a member is given twice: " + path);
            }
            if (memberBytes == null && !Files.exists(path)) {
                throw usage(path + " does not exist, and without --member-size it is not made");
            }
        }
    }

    private static boolean isMissing(Path member) {
        return member.toString().equals(MISSING);
    }

    private String quotedMembers() {
        return members.stream().filter(member -> !isMissing(member)).map(Shell::quote).collect(Collectors.joining(" "))
                + spares.stream().map(spare -> " " + Shell.quote(spare)).collect(Collectors.joining());
    }
}
