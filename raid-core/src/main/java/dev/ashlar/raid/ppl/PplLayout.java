package dev.ashlar.raid.ppl;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Where the fields of a partial parity log's header are. Numbers are little-endian; every checksum is plain CRC-32C.
 *
 * <pre>
 *   0          512         516    520          528             532        536            4096
 *   +----------+-----------+------+------------+---------------+----------+--------------+----------------
 *   | all ones | signature | zero | generation | entries_count | checksum | entries, 24… | partial parity…
 *   +----------+-----------+------+------------+---------------+----------+--------------+----------------
 * </pre>
 *
 * One entry; the partial parity of the entries follows the header in their order:
 *
 * <pre>
 *   0             8         12          16            20         24
 *   +-------------+---------+-----------+-------------+----------+
 *   | data_sector | pp_size | data_size | parity_disk | checksum |
 *   +-------------+---------+-----------+-------------+----------+
 * </pre>
 */
final class PplLayout {
    static final int HEADER_BYTES = 4096;
    static final int RESERVED_BYTES = 512;
    static final int OFF_SIGNATURE = 512;
    static final int OFF_GENERATION = 520;
    static final int OFF_ENTRIES_COUNT = 528;
    static final int OFF_CHECKSUM = 532;
    static final int OFF_ENTRIES = 536;

    static final int ENTRY_BYTES = 24;
    static final int MAX_ENTRIES = 148;
    static final int ENTRY_DATA_SECTOR = 0;
    static final int ENTRY_PP_SIZE = 8;
    static final int ENTRY_DATA_SIZE = 12;
    static final int ENTRY_PARITY_DISK = 16;
    static final int ENTRY_CHECKSUM = 20;

    static final int SECTOR_BYTES = 512;
    /** md logs and repairs parity in blocks of this size. */
    static final int ROW_BYTES = 4096;

    static final ValueLayout.OfInt LE_INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LE_LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private PplLayout() {}

    /** What ties a log to its array: the checksum of set_uuid's bytes. */
    static int signature(UUID setUuid) {
        ByteBuffer bytes = ByteBuffer.allocate(16)
                .putLong(setUuid.getMostSignificantBits())
                .putLong(setUuid.getLeastSignificantBits());
        return crc32c(bytes.flip());
    }

    static int crc32c(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
