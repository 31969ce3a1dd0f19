package dev.ashlar.interop;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.testing.Fixtures;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/** A volume's expected content: takes every change that is made to the volume, and knows its hash. Not thread-safe. */
final class VolumeTwin {
    private static final int PIECE_BYTES = 1 << 20;
    private static final int LONGEST_WRITE_BYTES = 200_000;

    private final SplittableRandom random;
    private byte[] content;

    VolumeTwin(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Fills the whole volume. */
    void fill(BlockDevice device) throws IOException {
        content = new byte[Math.toIntExact(device.sizeBytes())];
        random.nextBytes(content);
        MemorySegment source = MemorySegment.ofArray(content);
        for (long offset = 0; offset < content.length; offset += PIECE_BYTES) {
            device.write(offset, source, offset, Math.min(PIECE_BYTES, content.length - offset), false);
        }
    }

    /** Begins with a volume that reads as zeroes. */
    void startEmpty(long sizeBytes) {
        content = new byte[Math.toIntExact(sizeBytes)];
    }

    /** Writes so many ranges of any place and length, one in eight with FUA. */
    void writeSome(BlockDevice device, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            int length = 1 + random.nextInt(Math.min(LONGEST_WRITE_BYTES, content.length));
            int offset = random.nextInt(content.length - length + 1);
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            put(offset, bytes);
            device.write(offset, MemorySegment.ofArray(bytes), 0, length, random.nextInt(8) == 0);
        }
    }

    /** Makes ranges zero, and trims others: what those read as afterwards is taken over if it is the old or zero. */
    void discardSome(BlockDevice device, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            int length = 1 + random.nextInt(Math.min(LONGEST_WRITE_BYTES, content.length));
            int offset = random.nextInt(content.length - length + 1);
            if (random.nextBoolean()) {
                device.writeZeroes(offset, length, random.nextBoolean(), false);
                Arrays.fill(content, offset, offset + length, (byte) 0);
            } else {
                device.trim(offset, length, false);
                takeTrimmed(device, offset, length);
            }
        }
    }

    /** Takes over a write that somebody else made. */
    void put(int offsetBytes, byte[] bytes) {
        System.arraycopy(bytes, 0, content, offsetBytes, bytes.length);
    }

    /** Random bytes of this volume's seed. */
    byte[] bytes(int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        random.nextBytes(bytes);
        return bytes;
    }

    /** The hash which the volume must have. */
    String sha256() {
        return Fixtures.sha256(content);
    }

    /** The volume's size in bytes. */
    int sizeBytes() {
        return content.length;
    }

    /** The hash which a volume has. */
    static String sha256(BlockDevice device) throws IOException {
        return Fixtures.sha256(read(device, 0, Math.toIntExact(device.sizeBytes())));
    }

    private void takeTrimmed(BlockDevice device, int offset, int length) throws IOException {
        byte[] now = read(device, offset, length);
        for (int i = 0; i < length; i++) {
            if (now[i] != 0 && now[i] != content[offset + i]) {
                throw new AssertionError("trimmed byte=" + (offset + i) + " is neither zero nor what it was");
            }
        }
        put(offset, now);
    }

    private static byte[] read(BlockDevice device, long offsetBytes, int lengthBytes) throws IOException {
        byte[] bytes = new byte[lengthBytes];
        MemorySegment target = MemorySegment.ofArray(bytes);
        for (int done = 0; done < lengthBytes; done += PIECE_BYTES) {
            device.read(offsetBytes + done, target, done, Math.min(PIECE_BYTES, lengthBytes - done));
        }
        return bytes;
    }
}
