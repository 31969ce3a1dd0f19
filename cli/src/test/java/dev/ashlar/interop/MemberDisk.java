package dev.ashlar.interop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Member images as the partitions of one raw disk, so that a guest sees each as a block device of its own without a
 * copy and without a loop device, and what it writes can be taken out again.
 *
 * <p>The partition table is a GPT (UEFI specification 2.10, section 5.3) with the primary header only, which Linux
 * takes with a remark in its log.
 */
final class MemberDisk {
    /** The kernel looks at no more partitions than this. */
    static final int MAX_PARTITIONS = 255;

    private static final int SECTOR_BYTES = 512;
    private static final int ALIGNMENT_BYTES = 1 << 20;
    private static final int ENTRY_COUNT = 256;
    private static final int ENTRY_BYTES = 128;
    private static final int HEADER_BYTES = 92;
    private static final int COPY_BYTES = 64 << 10;
    private static final byte[] ZEROES = new byte[COPY_BYTES];
    /** The type "Linux filesystem data", as it lies on disk. */
    private static final long TYPE_LOW = 0x4772_8483_0FC6_3DAFL;
    private static final long TYPE_HIGH = 0xE47D_47D8_693D_798EL;

    private final List<Partition> partitions = new ArrayList<>();
    private long endBytes = ALIGNMENT_BYTES;

    private record Partition(Path image, long offsetBytes, long lengthBytes) {}

    /** Takes an image into the next partition, and gives the name the guest knows it by. */
    String add(Path image) throws IOException {
        return add(image, Files.size(image));
    }

    /** Makes the next partition an empty one of this length. */
    String addBlank(long lengthBytes) {
        return add(null, lengthBytes);
    }

    private String add(Path image, long lengthBytes) {
        if (partitions.size() == MAX_PARTITIONS || lengthBytes % SECTOR_BYTES != 0) {
            throw new IllegalArgumentException("partitions=" + partitions.size() + " lengthBytes=" + lengthBytes);
        }
        partitions.add(new Partition(image, endBytes, lengthBytes));
        endBytes += -Math.floorDiv(-lengthBytes, (long) ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
        return "/dev/vda" + partitions.size();
    }

    /** Writes the disk with all images; holes stay holes. */
    void write(Path disk) throws IOException {
        try (FileChannel target =
                FileChannel.open(disk, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long sectors = endBytes / SECTOR_BYTES + ALIGNMENT_BYTES / SECTOR_BYTES;
            target.write(ByteBuffer.wrap(new byte[1]), sectors * SECTOR_BYTES - 1);
            target.write(table(sectors), 0);
            for (Partition partition : partitions) {
                if (partition.image != null) {
                    try (FileChannel source = FileChannel.open(partition.image)) {
                        copy(source, 0, target, partition.offsetBytes, partition.lengthBytes);
                    }
                }
            }
        }
    }

    /** Takes the present content of a partition out of the disk into a new image. */
    void extract(Path disk, String device, Path image) throws IOException {
        Partition partition = partitions.get(Integer.parseInt(device.substring("/dev/vda".length())) - 1);
        try (FileChannel source = FileChannel.open(disk);
                FileChannel target =
                        FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            copy(source, partition.offsetBytes, target, 0, partition.lengthBytes);
            if (target.size() < partition.lengthBytes) {
                target.write(ByteBuffer.wrap(new byte[1]), partition.lengthBytes - 1);
            }
        }
    }

    private static void copy(
            FileChannel source, long sourceOffset, FileChannel target, long targetOffset, long lengthBytes)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
        long done = 0;
        while (done < lengthBytes) {
            buffer.clear().limit((int) Math.min(COPY_BYTES, lengthBytes - done));
            int got = source.read(buffer, sourceOffset + done);
            if (got <= 0) {
                throw new IOException("image ends early: done=" + done + " lengthBytes=" + lengthBytes);
            }
            buffer.flip();
            if (buffer.mismatch(ByteBuffer.wrap(ZEROES, 0, got)) >= 0) {
                target.write(buffer, targetOffset + done);
            }
            done += got;
        }
    }

    private ByteBuffer table(long sectors) {
        ByteBuffer table = littleEndian((2 + ENTRY_COUNT * ENTRY_BYTES / SECTOR_BYTES) * SECTOR_BYTES);
        ByteBuffer entries = littleEndian(ENTRY_COUNT * ENTRY_BYTES);
        for (int i = 0; i < partitions.size(); i++) {
            Partition partition = partitions.get(i);
            long first = partition.offsetBytes / SECTOR_BYTES;
            entries.position(i * ENTRY_BYTES);
            entries.putLong(TYPE_LOW).putLong(TYPE_HIGH).putLong(i + 1).putLong(sectors);
            entries.putLong(first).putLong(first + partition.lengthBytes / SECTOR_BYTES - 1);
        }
        protectiveMbr(table, sectors);
        table.put(SECTOR_BYTES, header(sectors, crc(entries.array(), entries.capacity())).array());
        table.put(2 * SECTOR_BYTES, entries.array());
        return table;
    }

    private static ByteBuffer header(long sectors, int entriesCrc) {
        ByteBuffer header = littleEndian(HEADER_BYTES);
        header.put("EFI PART".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        header.putInt(0x10000).putInt(HEADER_BYTES).putInt(0).putInt(0);
        header.putLong(1).putLong(sectors - 1);
        header.putLong(ALIGNMENT_BYTES / SECTOR_BYTES).putLong(sectors - ALIGNMENT_BYTES / SECTOR_BYTES);
        header.putLong(sectors).putLong(1);
        header.putLong(2).putInt(ENTRY_COUNT).putInt(ENTRY_BYTES).putInt(entriesCrc);
        return header.putInt(16, crc(header.array(), HEADER_BYTES));
    }

    private static void protectiveMbr(ByteBuffer table, long sectors) {
        int entry = 446;
        table.put(entry + 2, (byte) 2).put(entry + 4, (byte) 0xee);
        table.putInt(entry + 8, 1).putInt(entry + 12, (int) Math.min(sectors - 1, 0xffff_ffffL));
        table.putShort(SECTOR_BYTES - 2, (short) 0xaa55);
    }

    private static ByteBuffer littleEndian(int lengthBytes) {
        return ByteBuffer.allocate(lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int crc(byte[] bytes, int lengthBytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, lengthBytes);
        return (int) crc.getValue();
    }
}
