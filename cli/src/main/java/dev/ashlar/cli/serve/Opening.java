package dev.ashlar.cli.serve;

import dev.ashlar.cli.members.FoundArray;
import dev.ashlar.cli.members.FoundMember;
import dev.ashlar.cli.members.MemberScan;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.raid.OpenOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
     * The arrays that the members of a source make up.
     *
     * @throws IOException if none of the members can be read
     */
    static List<Opening> of(ArraySource source) throws IOException {
        List<FoundMember> members = new ArrayList<>();
        List<Path> leftOut = new ArrayList<>();
        IOException first = null;
        for (Path path : source.members()) {
            try {
                members.add(MemberScan.read(path));
            } catch (IOException e) {
                // A disk that is gone must not keep the others from being served.
                leftOut.add(path.toAbsolutePath().normalize());
                first = first == null ? e : first;
            }
        }
        if (members.isEmpty() && first != null) {
            throw first;
        }
        List<FoundArray> arrays = FoundArray.group(members);
        if (arrays.size() > 1) {
            leftOut.forEach(path -> LOG.warn("left out, because no usable superblock can be read: {}", path));
            leftOut.clear();
        }
        return arrays.stream().map(found -> of(found, leftOut, source.options())).toList();
    }

    private static Opening of(FoundArray found, List<Path> unreadable, OpenOptions options) {
        return new Opening(found, Stream.concat(found.paths().stream(), unreadable.stream()).toList(), options);
    }
}
