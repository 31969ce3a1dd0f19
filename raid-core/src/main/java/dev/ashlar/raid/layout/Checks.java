package dev.ashlar.raid.layout;

/** Limits that every geometry shares. */
final class Checks {
    static final int SECTOR_BYTES = 512;
    static final int MIN_CHUNK_SECTORS = 4096 / SECTOR_BYTES;
    static final int MAX_CHUNK_SECTORS = (64 << 20) / SECTOR_BYTES;
    static final int MAX_DISKS = 32;

    private Checks() {}

    static void raidDisks(int raidDisks, int minimum) {
        if (raidDisks < minimum || raidDisks > MAX_DISKS) {
            throw new IllegalArgumentException(
                    "raidDisks=" + raidDisks + " is not from " + minimum + " to " + MAX_DISKS);
        }
    }

    static void chunk(int chunkSectors) {
        if (chunkSectors < MIN_CHUNK_SECTORS || chunkSectors > MAX_CHUNK_SECTORS
                || chunkSectors % MIN_CHUNK_SECTORS != 0) {
            throw new IllegalArgumentException(
                    "chunkSectors=" + chunkSectors + " is not a multiple of 4 KiB from 4 KiB to 64 MiB");
        }
    }

    static void powerOfTwoChunk(int chunkSectors) {
        chunk(chunkSectors);
        if (Integer.bitCount(chunkSectors) != 1) {
            throw new IllegalArgumentException("chunkSectors=" + chunkSectors + " is not a power of two");
        }
    }

    /** Throws unless a member of this size holds a chunk and can be addressed in bytes. */
    static void componentSectors(long componentSectors, int chunkSectors) {
        if (componentSectors < chunkSectors || componentSectors > Long.MAX_VALUE / SECTOR_BYTES) {
            throw new IllegalArgumentException(
                    "componentSectors=" + componentSectors + " is not from one chunk to 2^63 bytes");
        }
    }

    /** {@code chunks * chunkBytes}, for an array of that many chunks. */
    static long arrayBytes(long chunks, long chunkBytes) {
        if (chunks > Long.MAX_VALUE / chunkBytes) {
            throw new IllegalArgumentException("an array of chunks=" + chunks + " exceeds 2^63 bytes");
        }
        return chunks * chunkBytes;
    }

    /** {@link java.util.Objects#checkIndex(long, long)} with a name in the message. */
    static void index(String name, long value, long bound) {
        if (value < 0 || value >= bound) {
            throw outside(name, value, bound);
        }
    }

    private static IndexOutOfBoundsException outside(String name, long value, long bound) {
        return new IndexOutOfBoundsException(name + "=" + value + " is not from 0 to " + (bound - 1));
    }
}
