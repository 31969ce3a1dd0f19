package dev.ashlar.raid.ppl;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.layout.ParityGeometry;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes parity agree with data again after a crash, by the partial parity logs of a dirty RAID 5 array: the logged XOR
 * of the chunks a write did not touch, XORed with those it did as they are on disk now, is the parity that goes with
 * them. So chunks nobody wrote stay what they were even when their member is missing.
 *
 * <p>Nothing but parity is written, and replaying again does the same again. Only the newest header of each log counts:
 * md writes the next one when the writes of the one before are over.
 */
public final class PplReplay {
    /** Bytes handled at once. */
    private static final int PIECE_BYTES = 16 * PplLayout.ROW_BYTES;

    /** The data areas of the members; offsets are bytes from a member's data_offset. */
    public interface Members {
        /** Whether the member of a role is there and its data good in all of the range. */
        boolean readable(int role, long offsetBytes, long lengthBytes);

        /** Reads the range into {@code target} from its beginning. */
        void read(int role, long offsetBytes, MemorySegment target, long lengthBytes) throws IOException;

        /** Writes the beginning of {@code source}. The caller of the replay makes it durable. */
        void write(int role, long offsetBytes, MemorySegment source, long lengthBytes) throws IOException;
    }

    /**
     * What came of it.
     *
     * @param entriesReplayed entries whose partial parity was good
     * @param mismatches logs without a good header, and entries that were not used because they are damaged or describe
     *     no write of this array
     * @param bytesLeftAlone bytes of parity not repaired because a modified chunk is on a missing member; there the
     *     chunks of unfinished writes, and no others, are lost
     */
    public record Result(int entriesReplayed, int mismatches, long bytesLeftAlone) {
        /**
         * Whether parity is known to agree now, so that a dirty array that was in sync before needs no resync. Empty
         * logs prove nothing.
         */
        public boolean provesClean() {
            return entriesReplayed > 0 && mismatches == 0;
        }
    }

    private final ParityGeometry geometry;
    private final Members members;
    private final MemorySegment sum;
    private final MemorySegment piece;
    private int entriesReplayed;
    private int mismatches;
    private long bytesLeftAlone;

    private PplReplay(ParityGeometry geometry, Members members, Arena arena) {
        this.geometry = geometry;
        this.members = members;
        sum = arena.allocate(PIECE_BYTES, PplLayout.ROW_BYTES);
        piece = arena.allocate(PIECE_BYTES, PplLayout.ROW_BYTES);
    }

    /**
     * Replays all logs of an array.
     *
     * @param geometry of a RAID5
     * @param multiple whether the superblocks have feature 0x800 instead of 0x400
     * @param areasByRole one member's area for every role, {@code null} where it is missing
     * @throws IOException from {@code members}; the replay may be repeated
     */
    public static Result run(
            ParityGeometry geometry, UUID setUuid, boolean multiple, MemorySegment[] areasByRole, Members members)
            throws IOException {
        if (geometry.level() != RaidLevel.RAID5 || areasByRole.length != geometry.raidDisks()) {
            throw new IllegalArgumentException("geometry=" + geometry + " areas=" + areasByRole.length);
        }
        try (Arena arena = Arena.ofConfined()) {
            PplReplay replay = new PplReplay(geometry, members, arena);
            for (int role = 0; role < areasByRole.length; role++) {
                if (areasByRole[role] != null) {
                    replay.replayLog(role, areasByRole[role], PplLog.newest(areasByRole[role], setUuid, multiple));
                }
            }
            return new Result(replay.entriesReplayed, replay.mismatches, replay.bytesLeftAlone);
        }
    }

    private void replayLog(int role, MemorySegment area, Optional<PplLog> newest) throws IOException {
        if (newest.isEmpty()) {
            mismatches++;
            return;
        }
        long at = newest.get().offsetBytes() + PplLayout.HEADER_BYTES;
        for (PplEntry entry : newest.get().header().entries()) {
            MemorySegment partialParity = area.asSlice(at, entry.ppBytes());
            Optional<PplStrip> strip = PplStrip.of(entry, geometry, role);
            if (strip.isPresent() && PplLayout.crc32c(partialParity.asByteBuffer()) == entry.checksum()) {
                replay(strip.get(), partialParity);
                entriesReplayed++;
            } else {
                mismatches++;
            }
            at += entry.ppBytes();
        }
    }

    private void replay(PplStrip strip, MemorySegment partialParity) throws IOException {
        for (long done = 0; done < strip.lengthBytes(); done += PIECE_BYTES) {
            long length = Math.min(PIECE_BYTES, strip.lengthBytes() - done);
            if (readable(strip, done, length)) {
                repair(strip, done, length, partialParity);
            } else {
                repairRows(strip, done, length, partialParity);
            }
        }
    }

    /** A member under rebuild may be good in some rows only. */
    private void repairRows(PplStrip strip, long from, long length, MemorySegment partialParity) throws IOException {
        for (long done = from; done < from + length; done += PplLayout.ROW_BYTES) {
            long row = Math.min(PplLayout.ROW_BYTES, from + length - done);
            if (readable(strip, done, row)) {
                repair(strip, done, row, partialParity);
            } else {
                bytesLeftAlone += row;
            }
        }
    }

    private boolean readable(PplStrip strip, long from, long length) {
        for (int index = strip.firstIndex(); index < strip.endIndex(); index++) {
            int role = geometry.dataRole(strip.stripe(), index);
            if (!members.readable(role, strip.memberOffsetBytes() + from, length)) {
                return false;
            }
        }
        return true;
    }

    private void repair(PplStrip strip, long from, long length, MemorySegment partialParity) throws IOException {
        long offset = strip.memberOffsetBytes() + from;
        if (partialParity.byteSize() == 0) {
            sum.fill((byte) 0);
        } else {
            MemorySegment.copy(partialParity, from, sum, 0, length);
        }
        for (int index = strip.firstIndex(); index < strip.endIndex(); index++) {
            members.read(geometry.dataRole(strip.stripe(), index), offset, piece, length);
            xorIntoSum(length);
        }
        members.write(geometry.pRole(strip.stripe()), offset, sum, length);
    }

    private void xorIntoSum(long length) {
        for (long at = 0; at < length; at += Long.BYTES) {
            long xor = sum.get(ValueLayout.JAVA_LONG, at) ^ piece.get(ValueLayout.JAVA_LONG, at);
            sum.set(ValueLayout.JAVA_LONG, at, xor);
        }
    }
}
