package dev.ashlar.cli.serve;

import dev.ashlar.cli.members.FoundArray;
import dev.ashlar.cli.members.FoundMember;
import dev.ashlar.cli.members.MemberScan;
import dev.ashlar.cli.members.UnnamedMembers;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.result.Failures;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.raid.OpenOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One array that shall be opened.
 *
 * @param found what its superblocks say
 * @param paths its members, and those that cannot be read but were named for it
 * @param options how
 */
record Opening(FoundArray found, List<Path> paths, OpenOptions options) {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    /**
     * The arrays that the members of a source make up. A disk that is gone does not keep the others from being served;
     * a path that was mistyped does, because a start without the right one would make it out of date.
     *
     * @throws CommandFailure if none of the members can be read, or those that were meant lie beside
     */
    static List<Opening> of(ArraySource source) throws IOException {
        List<FoundMember> members = new ArrayList<>();
        Map<Path, IOException> leftOut = new LinkedHashMap<>();
        for (Path path : source.members()) {
            try {
                members.add(MemberScan.read(path));
            } catch (IOException e) {
                leftOut.put(path.toAbsolutePath().normalize(), e);
            }
        }
        if (source.members().isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "an array has no members");
        }
        if (members.isEmpty()) {
            throw new CommandFailure(Failures.exitCode(leftOut.values().iterator().next()), why(leftOut));
        }
        List<FoundArray> arrays = FoundArray.group(members);
        if (!leftOut.isEmpty() && !source.options().readOnly() && !source.options().run()) {
            for (FoundArray array : arrays) {
                requireNoSlip(array, source.members(), leftOut);
            }
        }
        if (arrays.size() > 1) {
            leftOut.values().forEach(cause -> LOG.warn("left out: {}", Failures.sentence(cause)));
            leftOut.clear();
        }
        return arrays.stream().map(found -> of(found, leftOut.keySet(), source.options())).toList();
    }

    private static void requireNoSlip(FoundArray array, List<Path> named, Map<Path, IOException> leftOut)
            throws IOException {
        for (Path path : leftOut.keySet()) {
            if (Files.exists(path) && !Files.isReadable(path)) {
                throw new CommandFailure(ExitCode.REFUSED, "array " + array.name() + ": " + why(leftOut) + "; " + path
                        + " may be a current member; --run starts without it");
            }
        }
        List<Path> meant = UnnamedMembers.beside(array, named);
        if (!meant.isEmpty()) {
            throw new CommandFailure(ExitCode.REFUSED, "array " + array.name() + ": " + why(leftOut) + "; but "
                    + meant.stream().map(Path::toString).collect(Collectors.joining(", "))
                    + " is a current member that was not named: name it, or start without it by --run");
        }
    }

    private static String why(Map<Path, IOException> leftOut) {
        return leftOut.values().stream().map(Failures::sentence).distinct().collect(Collectors.joining("; "));
    }

    private static Opening of(FoundArray found, Collection<Path> unreadable, OpenOptions options) {
        return new Opening(found, Stream.concat(found.paths().stream(), unreadable.stream()).toList(), options);
    }
}
