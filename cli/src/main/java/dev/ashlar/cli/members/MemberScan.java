package dev.ashlar.cli.members;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.Devices;
import dev.ashlar.block.OpenMode;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.raid.superblock.JournalContent;
import dev.ashlar.raid.superblock.JournalProbe;
import dev.ashlar.raid.superblock.NoSuperblockException;
import dev.ashlar.raid.superblock.Roles;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockException;
import dev.ashlar.raid.superblock.SuperblockIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for superblocks without taking any lock, so that members in use are seen too. */
public final class MemberScan {
    private static final Logger LOG = LoggerFactory.getLogger(MemberScan.class);
    private static final int SECTOR_BYTES = 512;

    /** st_mode's file type field and its value for block devices; stat(2). */
    private static final int TYPE_MASK = 0170000;

    private static final int BLOCK_DEVICE = 0060000;

    private MemberScan() {}

    /**
     * The member that a path names.
     *
     * @throws NoSuperblockException if it carries no superblock
     * @throws SuperblockException if it carries one that may not be used
     */
    public static FoundMember read(Path path) throws IOException {
        try (BlockDevice device = Devices.open(path, OpenMode.EXAMINE)) {
            Superblock superblock = SuperblockIo.read(device, path.toString());
            JournalContent journal = superblock.role() == Roles.JOURNAL
                    ? JournalProbe.examine(device, superblock)
                    : JournalContent.UNKNOWN;
            return new FoundMember(
                    path.toAbsolutePath().normalize(), superblock, device.sizeBytes() / SECTOR_BYTES, journal);
        }
    }

    /**
     * The arrays whose members lie directly in a directory, members ordered by file name. Other files are skipped;
     * those that cannot be read or whose superblock may not be used are named in the log.
     */
    public static List<FoundArray> directory(Path directory) throws IOException {
        return directory(directory, LOG::warn);
    }

    /** As {@link #directory(Path)}, without a word about what is skipped. */
    static List<FoundArray> quietly(Path directory) throws IOException {
        return directory(directory, _ -> {});
    }

    private static List<FoundArray> directory(Path directory, Consumer<String> log) throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new CommandFailure(ExitCode.USAGE, directory + " is not a directory");
        }
        List<Path> candidates;
        try (Stream<Path> files = Files.list(directory)) {
            candidates = files.filter(MemberScan::mayBeMember).sorted().toList();
        }
        List<FoundMember> members = new ArrayList<>();
        for (Path path : candidates) {
            if (!Files.isReadable(path)) {
                log.accept("left out, may be a member: " + path + ": permission denied");
                continue;
            }
            try {
                members.add(read(path));
            } catch (NoSuperblockException _) {
                continue;
            } catch (SuperblockException | DeviceException e) {
                log.accept("left out: " + e.getMessage());
            }
        }
        return FoundArray.group(members);
    }

    /** Files and devices of a directory that may be members, but that this process may not read. */
    public static List<Path> unreadable(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(path -> mayBeMember(path) && !Files.isReadable(path)).sorted().toList();
        }
    }

    /** Whether the path is a regular file or a block device. */
    private static boolean mayBeMember(Path path) {
        try {
            int mode = (Integer) Files.getAttribute(path, "unix:mode");
            return Files.isRegularFile(path) || (mode & TYPE_MASK) == BLOCK_DEVICE;
        } catch (IOException _) {
            return false;
        }
    }
}
