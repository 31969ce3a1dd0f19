package dev.ashlar.raid.ppl;

import dev.ashlar.raid.layout.ParityGeometry;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Data areas in memory, some of them lost, and an independent reader of the volume. */
final class MemoryMembers implements PplReplay.Members {
    private final ParityGeometry geometry;
    private final byte[][] data;
    /** Bytes of each member that are good from the start: all, none, or as far as a rebuild has come. */
    private final long[] goodBytes;

    MemoryMembers(ParityGeometry geometry, byte[][] data) {
        this.geometry = geometry;
        this.data = data;
        goodBytes = new long[data.length];
        Arrays.fill(goodBytes, Long.MAX_VALUE);
    }

    void lose(int role) {
        goodBytes[role] = 0;
    }

    void goodOnlyBelow(int role, long offsetBytes) {
        goodBytes[role] = offsetBytes;
    }

    @Override
    public boolean readable(int role, long offsetBytes, long lengthBytes) {
        return offsetBytes + lengthBytes <= goodBytes[role];
    }

    @Override
    public void read(int role, long offsetBytes, MemorySegment target, long lengthBytes) {
        if (!readable(role, offsetBytes, lengthBytes)) {
            throw new AssertionError("read of a missing member: role=" + role);
        }
        MemorySegment.copy(MemorySegment.ofArray(data[role]), offsetBytes, target, 0, lengthBytes);
    }

    @Override
    public void write(int role, long offsetBytes, MemorySegment source, long lengthBytes) {
        MemorySegment.copy(source, 0, MemorySegment.ofArray(data[role]), offsetBytes, lengthBytes);
    }

    byte[] of(int role) {
        return data[role];
    }

    /** Bytes of a member where parity and data do not agree. */
    int mismatches() {
        int mismatches = 0;
        for (int at = 0; at < data[0].length; at++) {
            mismatches += xorOfOthers(-1, at) == 0 ? 0 : 1;
        }
        return mismatches;
    }

    private byte xorOfOthers(int role, int at) {
        byte xor = 0;
        for (int other = 0; other < data.length; other++) {
            xor ^= other == role ? 0 : data[other][at];
        }
        return xor;
    }

    /** The volume, with what is lost reconstructed. */
    byte[] volume() {
        byte[] volume = new byte[Math.toIntExact(geometry.arrayBytes())];
        int chunk = Math.toIntExact(geometry.chunkBytes());
        for (int at = 0; at < volume.length; at++) {
            long arrayChunk = at / chunk;
            long stripe = geometry.stripeOf(arrayChunk);
            int role = geometry.dataRole(stripe, geometry.indexOf(arrayChunk));
            int onMember = Math.toIntExact(stripe * chunk + at % chunk);
            volume[at] = readable(role, onMember, 1) ? data[role][onMember] : xorOfOthers(role, onMember);
        }
        return volume;
    }
}
