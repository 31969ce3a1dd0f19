package dev.ashlar.cli.members;

import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.superblock.Assembler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Current members of an array that were not named. Where a path that was named cannot be used, one of them is most
 * likely what was meant: a slip of the pen, which must not make a good member out of date.
 */
public final class UnnamedMembers {
    private UnnamedMembers() {}

    /**
     * Those that lie in the same directories as the paths that were named.
     *
     * @param named the members that could be read
     * @param paths all paths that were named
     */
    public static List<Path> beside(FoundArray named, List<Path> paths) throws IOException {
        List<FoundMember> candidates = new ArrayList<>();
        for (Path directory : paths.stream().map(path -> path.toAbsolutePath().getParent()).distinct().toList()) {
            if (Files.isDirectory(directory) && Files.isReadable(directory)) {
                MemberScan.quietly(directory).stream()
                        .filter(array -> array.uuid().equals(named.uuid()))
                        .forEach(array -> candidates.addAll(array.members()));
            }
        }
        return candidates.stream().filter(candidate -> fills(named, candidate)).map(FoundMember::path).toList();
    }

    /** Whether the array is less degraded with the candidate: one that was named under another path adds nothing. */
    static boolean fills(FoundArray named, FoundMember candidate) {
        try {
            FoundArray with = new FoundArray(
                    named.uuid(), Stream.concat(named.members().stream(), Stream.of(candidate)).toList());
            return missing(with) < missing(named);
        } catch (ArrayRefusedException _) {
            return false;
        }
    }

    private static int missing(FoundArray array) throws ArrayRefusedException {
        return Assembler.assemble(
                        array.members().stream().map(FoundMember::candidate).toList(), OpenOptions.WRITABLE)
                .missing();
    }
}
