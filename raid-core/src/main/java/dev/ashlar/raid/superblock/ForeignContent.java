package dev.ashlar.raid.superblock;

import dev.ashlar.block.BlockDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Recognises what a device carries before it is overwritten. The places and magics are those documented by each format;
 * the order is from the most telling to the least, since some formats leave room for others before them.
 */
final class ForeignContent {
    /** ZFS keeps 128 uberblocks from here on in its first label. */
    private static final int ZFS_UBERBLOCKS_AT = 128 << 10;
    private static final int ZFS_UBERBLOCK_STEP = 1 << 10;
    private static final long ZFS_MAGIC = 0x00bab10cL;

    private static final int EXT_AT = 1024;
    private static final int READ_BYTES = 256 << 10;

    private static final List<Signature> SIGNATURES = List.of(
            text("a LUKS encrypted volume", 0, "LUKS\u00ba\u00be"),
            text("an LVM2 physical volume", 0, "LABELONE"),
            text("an LVM2 physical volume", 512, "LABELONE"),
            text("an LVM2 physical volume", 1024, "LABELONE"),
            text("an LVM2 physical volume", 1536, "LABELONE"),
            text("a GPT partition table", 512, "EFI PART"),
            text("a GPT partition table", 4096, "EFI PART"),
            text("an XFS file system", 0, "XFSB"),
            text("a Btrfs file system", (64 << 10) + 64, "_BHRfS_M"),
            text("swap space", 4096 - 10, "SWAPSPACE2"),
            text("swap space", 4096 - 10, "SWAP-SPACE"),
            text("swap space", (64 << 10) - 10, "SWAPSPACE2"),
            text("a hibernation image", 4096 - 10, "S1SUSPEND"),
            text("an F2FS file system", 1024, "\u0010\u0020\u00f5\u00f2"),
            text("an ISO 9660 file system", 32769, "CD001"),
            text("a SquashFS file system", 0, "hsqs"),
            text("an NTFS file system", 3, "NTFS    "),
            text("an exFAT file system", 3, "EXFAT   "),
            text("a FAT file system", 54, "FAT1"),
            text("a FAT file system", 82, "FAT32"),
            text("a qcow2 image", 0, "QFI\u00fb"),
            text("a VMDK image", 0, "KDMV"),
            text("a VHDX image", 0, "vhdxfile"),
            text("a bcache device", 4096 + 24,
                    "\u00c6\u0085\u0073\u00f6\u004e\u001a\u0045\u00ca"
                            + "\u0082\u0065\u00f5\u007f\u0048\u00ba\u006d\u0081"));

    private record Signature(String what, int at, byte[] magic) {
        boolean matches(MemorySegment start) {
            return at + magic.length <= start.byteSize()
                    && start.asSlice(at, magic.length).mismatch(MemorySegment.ofArray(magic)) == -1;
        }
    }

    private ForeignContent() {}

    static Optional<String> find(BlockDevice device) throws IOException {
        Optional<String> superblock = mdSuperblock(device);
        if (superblock.isPresent()) {
            return superblock;
        }
        long bytes = Math.min(READ_BYTES, device.sizeBytes());
        MemorySegment start = MemorySegment.ofArray(new byte[(int) bytes]);
        device.read(0, start, 0, bytes);
        Optional<String> known = SIGNATURES.stream()
                .filter(signature -> signature.matches(start))
                .map(Signature::what)
                .findFirst();
        return known.or(() -> ext(start)).or(() -> zfs(start)).or(() -> mbr(start));
    }

    private static Optional<String> mdSuperblock(BlockDevice device) throws IOException {
        try {
            Superblock superblock = SuperblockIo.read(device, "device");
            ArrayFields array = superblock.array();
            return Optional.of("an md superblock of version " + superblock.version() + ": member of the "
                    + array.level() + " array " + array.name() + " (" + MdText.uuid(array.setUuid()) + ")");
        } catch (NoSuperblockException _) {
            return Optional.empty();
        } catch (SuperblockException e) {
            return Optional.of("an md superblock that cannot be used (" + e.reason().meaning() + ")");
        }
    }

    private static Optional<String> ext(MemorySegment start) {
        if (start.byteSize() < EXT_AT + 1024 || start.get(SuperblockLayout.U16, EXT_AT + 56) != (short) 0xef53) {
            return Optional.empty();
        }
        int compatible = start.get(SuperblockLayout.U32, EXT_AT + 92);
        int incompatible = start.get(SuperblockLayout.U32, EXT_AT + 96);
        boolean extents = (incompatible & 0x2c0) != 0;
        boolean journal = (compatible & 4) != 0;
        return Optional.of("an " + (extents ? "ext4" : journal ? "ext3" : "ext2") + " file system");
    }

    private static Optional<String> zfs(MemorySegment start) {
        for (int at = ZFS_UBERBLOCKS_AT; at + Long.BYTES <= start.byteSize(); at += ZFS_UBERBLOCK_STEP) {
            long magic = start.get(SuperblockLayout.U64, at);
            if (magic == ZFS_MAGIC || Long.reverseBytes(magic) == ZFS_MAGIC) {
                return Optional.of("a ZFS pool member");
            }
        }
        return Optional.empty();
    }

    /** A boot signature with at least one partition of a non-zero type and length, and only legal status bytes. */
    private static Optional<String> mbr(MemorySegment start) {
        if (start.byteSize() < 512 || start.get(SuperblockLayout.U16, 510) != (short) 0xaa55) {
            return Optional.empty();
        }
        boolean used = false;
        for (int entry = 446; entry < 510; entry += 16) {
            if ((start.get(ValueLayout.JAVA_BYTE, entry) & 0x7f) != 0) {
                return Optional.of("a boot sector");
            }
            byte type = start.get(ValueLayout.JAVA_BYTE, entry + 4);
            used |= type != 0 && start.get(SuperblockLayout.U32, entry + 12) != 0;
        }
        return Optional.of(used ? "an MBR partition table" : "a boot sector");
    }

    /** A signature given as Latin-1 text, so that any byte can be named. */
    private static Signature text(String what, int at, String magic) {
        return new Signature(what, at, magic.getBytes(StandardCharsets.ISO_8859_1));
    }
}
