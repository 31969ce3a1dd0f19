package dev.ashlar.nbd.interop;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.server.NbdServer;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** A RAID 6 of six images as the export "raid", over a Unix socket and TCP, which also tells its redundancy. */
final class ServedRaid6 implements AutoCloseable {
    /** The context that tells the flags of {@link dev.ashlar.raid.Redundancy}. */
    static final String REDUNDANCY = "x-ashlar:redundancy";

    private static final int MEMBERS = 6;
    private static final int LEFT_SYMMETRIC = 2;
    private static final long CHUNK_BYTES = 64 << 10;

    private final RaidArray array;
    private final NbdServer server = new NbdServer();
    private final Path socket;
    private final List<Path> members;
    private final int port;

    private record RedundancyContext(RaidArray array) implements MetaContext {
        @Override
        public String name() {
            return REDUNDANCY;
        }

        @Override
        public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
            array.redundancy(offsetBytes, lengthBytes, visitor);
        }
    }

    /**
     * Makes the images and serves them.
     *
     * @param dir for the images and the socket
     * @param memberBytes of each image; a quarter of the volume, and a MiB for what lies before the data
     */
    ServedRaid6(Path dir, long memberBytes) throws IOException {
        members = IntStream.range(0, MEMBERS).mapToObj(i -> dir.resolve("member" + i)).toList();
        RaidArray.create(new CreateSpec("raid", RaidLevel.RAID6, LEFT_SYMMETRIC, CHUNK_BYTES, memberBytes,
                ConsistencyPolicy.BITMAP, 0, false, false, false, members, List.of()));
        array = RaidArray.open(members, OpenOptions.WRITABLE);
        socket = dir.resolve("raid.sock");
        server.addExport(new Export("raid", "six images", array).withContexts(List.of(new RedundancyContext(array))));
        server.listenUnix(socket);
        port = server.listenTcp("127.0.0.1", 0).getPort();
    }

    RaidArray array() {
        return array;
    }

    /** The path of a member, which is also its name. */
    String member(int index) {
        return members.get(index).toString();
    }

    String unix() {
        return "nbd+unix:///raid?socket=" + socket;
    }

    String tcp() {
        return "nbd://127.0.0.1:" + port + "/raid";
    }

    @Override
    public void close() throws IOException {
        server.close();
        array.close();
    }
}
