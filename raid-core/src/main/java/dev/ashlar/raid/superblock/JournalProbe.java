package dev.ashlar.raid.superblock;

import dev.ashlar.block.BlockDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Tells whether the log of an md write journal holds writes from its tail on, without replaying it. Kernel source:
 * {@code raid5-cache.c}, {@code struct r5l_meta_block}.
 *
 * <pre>
 *   0 magic 6433c509 | 4 checksum | 8 version 1, 3 bytes 0 | 12 meta_size | 16 seq | 24 position | 32 payloads
 * </pre>
 */
public final class JournalProbe {
    private static final int MAGIC = 0x6433c509;
    private static final int BLOCK_BYTES = 4096;
    private static final int BLOCK_SECTORS = BLOCK_BYTES / SuperblockLayout.SECTOR_BYTES;
    private static final int HEADER_BYTES = 32;
    /** A flush payload: u16 type, u16 flags, u32 bytes that follow. */
    private static final int FLUSH_HEADER_BYTES = 8;
    private static final int PAYLOAD_FLUSH = 2;

    private final BlockDevice device;
    private final UUID setUuid;
    private final MemberFields member;
    private final MemorySegment block = MemorySegment.ofArray(new byte[BLOCK_BYTES]);

    private JournalProbe(BlockDevice device, Superblock superblock) {
        this.device = device;
        this.setUuid = superblock.array().setUuid();
        this.member = superblock.member();
    }

    /**
     * Examines the log on a journal member. Blocks that only record flushes are passed over; the first block that
     * carries data or parity ends the search. A damaged block at the tail itself is taken to carry some.
     *
     * @param superblock of that device, with the role {@link Roles#JOURNAL}
     */
    public static JournalContent examine(BlockDevice device, Superblock superblock) throws IOException {
        if (superblock.role() != Roles.JOURNAL) {
            throw new IllegalArgumentException("role=" + Roles.word(superblock.role()) + " is not a journal's");
        }
        return new JournalProbe(device, superblock).examine();
    }

    private JournalContent examine() throws IOException {
        long ring = member.dataSize() / BLOCK_SECTORS * BLOCK_SECTORS;
        long position = member.recoveryOffset();
        if (position < 0 || position >= ring || position % BLOCK_SECTORS != 0) {
            return JournalContent.HOLDS_WRITES;
        }
        long sequence = -1;
        for (long walked = 0; walked < ring; walked += BLOCK_SECTORS) {
            long at = (member.dataOffset() + position) * SuperblockLayout.SECTOR_BYTES;
            device.read(at, block, 0, BLOCK_BYTES);
            if (!isMetaBlock(position) || sequence != -1 && sequence() != sequence + 1) {
                return sequence == -1 && hasMagic() ? JournalContent.HOLDS_WRITES : JournalContent.EMPTY;
            }
            if (carriesBlocks()) {
                return JournalContent.HOLDS_WRITES;
            }
            sequence = sequence();
            position = (position + BLOCK_SECTORS) % ring;
        }
        return JournalContent.EMPTY;
    }

    private boolean isMetaBlock(long position) {
        return hasMagic()
                && block.get(ValueLayout.JAVA_BYTE, 8) == 1
                && block.get(SuperblockLayout.U64, 24) == position
                && block.get(SuperblockLayout.U32, 4) == checksum();
    }

    private boolean hasMagic() {
        return block.get(SuperblockLayout.U32, 0) == MAGIC;
    }

    /** The unfinished CRC-32C of set UUID and block with the checksum field zero. */
    private int checksum() {
        byte[] bytes = new byte[16 + BLOCK_BYTES];
        MemorySegment all = MemorySegment.ofArray(bytes);
        SuperblockEncoder.putUuid(all, 0, setUuid);
        MemorySegment.copy(block, 0, all, 16, BLOCK_BYTES);
        all.set(SuperblockLayout.U32, 16 + 4, 0);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return ~(int) crc.getValue();
    }

    private long sequence() {
        return block.get(SuperblockLayout.U64, 16);
    }

    /** Whether the block describes anything but flushes; a block that cannot be understood is taken to. */
    private boolean carriesBlocks() {
        int size = block.get(SuperblockLayout.U32, 12);
        if (size < HEADER_BYTES || size > BLOCK_BYTES) {
            return true;
        }
        int at = HEADER_BYTES;
        while (at < size) {
            if (at + FLUSH_HEADER_BYTES > size || block.get(SuperblockLayout.U16, at) != PAYLOAD_FLUSH) {
                return true;
            }
            int bytes = block.get(SuperblockLayout.U32, at + 4);
            if (bytes < 0 || bytes > size - at - FLUSH_HEADER_BYTES) {
                return true;
            }
            at += FLUSH_HEADER_BYTES + bytes;
        }
        return false;
    }
}
