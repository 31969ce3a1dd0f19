package dev.ashlar.raid.superblock;

import dev.ashlar.block.BlockDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds, writes and clears superblocks on devices. Nothing here keeps state; calls on one device must not overlap.
 *
 * <p>mdadm, finding two valid superblocks of different versions on one device, takes the one with the later creation
 * time. That may be a leftover or, worse, content of the volume that looks like a superblock, so Ashlar refuses until
 * it is told the version.
 */
public final class SuperblockIo {
    /** An md superblock of version 0.90 lies at the last 64 KiB boundary that leaves 64 KiB, native-endian. */
    private static final long OLD_SUPERBLOCK_SECTORS = 128;

    private SuperblockIo() {}

    /**
     * The one valid superblock on a device, at any of the three places.
     *
     * @param name the device as the user knows it, for messages
     * @throws NoSuperblockException if there is none at all
     * @throws SuperblockException if there is one that may not be used, or two that may
     */
    public static Superblock read(BlockDevice device, String name) throws IOException {
        List<Superblock> found = new ArrayList<>();
        SuperblockException refused = null;
        for (int minorVersion : new int[] {2, 1, 0}) {
            try {
                found.add(read(device, name, minorVersion));
            } catch (NoSuperblockException _) {
                // The usual answer of two places out of three.
            } catch (SuperblockException e) {
                refused = refused == null ? e : refused;
            }
        }
        if (found.size() > 1) {
            throw twoSuperblocks(name, found);
        }
        if (found.size() == 1) {
            return found.getFirst();
        }
        if (refused != null) {
            throw refused;
        }
        throw hasOldSuperblock(device)
                ? new SuperblockException(Cause.OTHER_METADATA, name + ": the md superblock has version 0.90, not 1.x")
                : new NoSuperblockException(name);
    }

    /**
     * The superblock at the place of one minor version.
     *
     * @throws NoSuperblockException if there is none
     * @throws SuperblockException if it may not be used
     */
    public static Superblock read(BlockDevice device, String name, int minorVersion) throws IOException {
        long sectors = device.sizeBytes() / SuperblockLayout.SECTOR_BYTES;
        if (sectors < SuperblockLayout.MIN_DEVICE_SECTORS) {
            throw new NoSuperblockException(name);
        }
        long at = SuperblockLayout.superblockSector(minorVersion, sectors) * SuperblockLayout.SECTOR_BYTES;
        try {
            return Superblock.decode(readBytes(device, at), 0, minorVersion, sectors);
        } catch (SuperblockException e) {
            throw e.reason() == Cause.NO_SUPERBLOCK ? new NoSuperblockException(name) : e.on(name);
        }
    }

    /**
     * Writes a superblock to its place, rounded up to whole sectors with zeroes, durably when this returns. A
     * superblock of up to 128 devices is one sector, so it is old or new after a crash, never a mixture.
     */
    public static void write(BlockDevice device, Superblock superblock) throws IOException {
        long bytes = SuperblockLayout.roundUp(superblock.encodedBytes(), SuperblockLayout.SECTOR_BYTES);
        MemorySegment sectors = MemorySegment.ofArray(new byte[(int) bytes]);
        superblock.encode(sectors, 0);
        device.write(superblock.member().superOffset() * SuperblockLayout.SECTOR_BYTES, sectors, 0, bytes, true);
    }

    /**
     * Zeroes every place where a superblock of version 0.90 or 1.x may lie, and an {@link AshlarHeader}, durably when
     * this returns: before a device becomes a member, and to make it forget that it was one. Whatever else lies at the
     * superblocks' places is lost.
     */
    public static void erase(BlockDevice device) throws IOException {
        long sectors = device.sizeBytes() / SuperblockLayout.SECTOR_BYTES;
        if (sectors < SuperblockLayout.MIN_DEVICE_SECTORS) {
            return;
        }
        for (int minorVersion = 0; minorVersion <= 2; minorVersion++) {
            eraseAt(device, SuperblockLayout.superblockSector(minorVersion, sectors));
        }
        if (sectors >= 2 * OLD_SUPERBLOCK_SECTORS) {
            eraseAt(device, oldSuperblockSector(sectors));
        }
        AshlarHeader.erase(device);
        device.flush();
    }

    /**
     * What a device already carries, in words: an md superblock, or the signature of a file system, a partition table,
     * a volume manager, an encrypted volume or an image format. Empty if nothing known is found, which does not prove
     * that there is nothing.
     */
    public static Optional<String> foreignContent(BlockDevice device) throws IOException {
        return ForeignContent.find(device);
    }

    static boolean hasOldSuperblock(BlockDevice device) throws IOException {
        long sectors = device.sizeBytes() / SuperblockLayout.SECTOR_BYTES;
        if (sectors < 2 * OLD_SUPERBLOCK_SECTORS) {
            return false;
        }
        MemorySegment bytes = readBytes(device, oldSuperblockSector(sectors) * SuperblockLayout.SECTOR_BYTES);
        int magic = bytes.get(SuperblockLayout.U32, 0);
        boolean little = magic == SuperblockLayout.MAGIC && bytes.get(SuperblockLayout.U32, 4) == 0;
        return little || Integer.reverseBytes(magic) == SuperblockLayout.MAGIC;
    }

    /** {@link SuperblockLayout#MAX_BYTES} bytes from {@code at}, zero beyond the end of the device. */
    private static MemorySegment readBytes(BlockDevice device, long at) throws IOException {
        MemorySegment bytes = MemorySegment.ofArray(new byte[SuperblockLayout.MAX_BYTES]);
        device.read(at, bytes, 0, Math.min(SuperblockLayout.MAX_BYTES, device.sizeBytes() - at));
        return bytes;
    }

    private static void eraseAt(BlockDevice device, long sector) throws IOException {
        long at = sector * SuperblockLayout.SECTOR_BYTES;
        long bytes = Math.min(SuperblockLayout.MAX_BYTES, device.sizeBytes() - at);
        device.write(at, MemorySegment.ofArray(new byte[(int) bytes]), 0, bytes, false);
    }

    private static long oldSuperblockSector(long deviceSectors) {
        return (deviceSectors & -OLD_SUPERBLOCK_SECTORS) - OLD_SUPERBLOCK_SECTORS;
    }

    private static SuperblockException twoSuperblocks(String name, List<Superblock> found) {
        String all = found.stream().map(SuperblockIo::describe).collect(Collectors.joining(" and "));
        Superblock latest = found.stream()
                .reduce((a, b) -> MdText.seconds(b.array().ctime()) > MdText.seconds(a.array().ctime()) ? b : a)
                .orElseThrow();
        return new SuperblockException(Cause.TWO_SUPERBLOCKS, name + ": there are two valid superblocks, " + all
                + "; which one counts is not guessed (mdadm would take " + latest.version() + ", the younger array)");
    }

    private static String describe(Superblock superblock) {
        ArrayFields array = superblock.array();
        return "version " + superblock.version() + " of array " + array.name() + " (" + MdText.uuid(array.setUuid())
                + ", created " + Instant.ofEpochSecond(MdText.seconds(array.ctime())) + ")";
    }
}
