package dev.ashlar.interop;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What the suites do to member images behind the back of any array. */
final class Images {
    private static final int SECTOR_BYTES = 512;

    private Images() {}

    /** Makes a sparse image of zeroes; returns its path. */
    static Path blank(Path image, long lengthBytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(lengthBytes);
        }
        return image;
    }

    /** Where the data of a member begin. */
    static long dataOffsetBytes(Path member) throws IOException {
        return ExaminedMember.read(member).superblock().member().dataOffset() * SECTOR_BYTES;
    }

    /** Changes one sector of a member's data. */
    static void spoil(Path member) throws IOException {
        try (FileChannel image = FileChannel.open(member, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long offset = dataOffsetBytes(member) + 3L * SECTOR_BYTES;
            ByteBuffer sector = ByteBuffer.allocate(SECTOR_BYTES);
            image.read(sector, offset);
            sector.put(0, (byte) ~sector.get(0)).clear();
            image.write(sector, offset);
        }
    }

    /** Puts a member's data, not what lies before them, back to those of another image. */
    static void copyData(Path from, Path to) throws IOException {
        long start = dataOffsetBytes(from);
        try (FileChannel source = FileChannel.open(from);
                FileChannel target = FileChannel.open(to, StandardOpenOption.WRITE)) {
            source.position(start);
            target.transferFrom(source, start, source.size() - start);
        }
    }
}
