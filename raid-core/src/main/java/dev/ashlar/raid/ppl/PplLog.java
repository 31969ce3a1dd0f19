package dev.ashlar.raid.ppl;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One member's log: the area of {@code ppl.size} sectors at {@code super_offset + ppl.offset}, read whole.
 *
 * @param header the newest header of the area
 * @param offsetBytes where in the area it is
 */
public record PplLog(PplHeader header, long offsetBytes) {

    /**
     * Finds the newest header. With feature 0x800 headers follow each other, each behind the partial parity of the one
     * before, and start over at the beginning when the next does not fit. So behind the newest there may be old ones
     * that look good: the walk ends where the generation falls.
     *
     * @param multiple whether the superblock has feature 0x800; with 0x400 the only header is the first
     * @return nothing if not even the first header is good
     */
    public static Optional<PplLog> newest(MemorySegment area, UUID setUuid, boolean multiple) {
        int signature = PplLayout.signature(setUuid);
        PplLog newest = null;
        Optional<PplLog> next = at(area, 0, signature);
        while (next.isPresent() && follows(next.get(), newest)) {
            newest = next.get();
            if (!multiple) {
                break;
            }
            next = at(area, newest.offsetBytes + newest.header.bytes(), signature);
        }
        return Optional.ofNullable(newest);
    }

    private static Optional<PplLog> at(MemorySegment area, long offsetBytes, int signature) {
        return PplHeader.decode(area, offsetBytes, signature).map(header -> new PplLog(header, offsetBytes));
    }

    private static boolean follows(PplLog log, PplLog previous) {
        return previous == null || Long.compareUnsigned(log.header.generation(), previous.header.generation()) >= 0;
    }

    /**
     * Makes {@code area} a log that holds nothing, as md writes it at every start: zeroes over the whole area, because
     * generations begin anew, and a header without entries. It may be written only after what {@link PplReplay} wrote
     * is durable.
     */
    public static void fillEmpty(MemorySegment area, UUID setUuid) {
        area.fill((byte) 0);
        new PplHeader(PplLayout.signature(setUuid), 0, List.of()).encode(area, 0);
    }
}
