package dev.ashlar.raid.ppl;

import static dev.ashlar.raid.ppl.PplLayout.LE_INT;
import static dev.ashlar.raid.ppl.PplLayout.LE_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A header of a partial parity log, as {@link PplLayout} draws it.
 *
 * @param signature ties it to an array
 * @param generation unsigned; one counter for all logs of an array, larger in every header written since its start
 * @param entries at most 148
 */
public record PplHeader(int signature, long generation, List<PplEntry> entries) {
    /** Copies the list and checks its length. */
    public PplHeader {
        entries = List.copyOf(entries);
        if (entries.size() > PplLayout.MAX_ENTRIES) {
            throw new IllegalArgumentException("entries=" + entries.size());
        }
    }

    /**
     * Reads the header at {@code offset} of a log's area.
     *
     * @return nothing if there is no header of this array there: it does not fit, its checksum or signature is wrong,
     *     or its partial parity would not fit
     */
    static Optional<PplHeader> decode(MemorySegment area, long offset, int signature) {
        if (offset > area.byteSize() - PplLayout.HEADER_BYTES) {
            return Optional.empty();
        }
        byte[] copy = area.asSlice(offset, PplLayout.HEADER_BYTES).toArray(ValueLayout.JAVA_BYTE);
        MemorySegment from = MemorySegment.ofArray(copy);
        int checksum = from.get(LE_INT, PplLayout.OFF_CHECKSUM);
        from.set(LE_INT, PplLayout.OFF_CHECKSUM, 0);
        int count = from.get(LE_INT, PplLayout.OFF_ENTRIES_COUNT);
        if (PplLayout.crc32c(ByteBuffer.wrap(copy)) != checksum
                || from.get(LE_INT, PplLayout.OFF_SIGNATURE) != signature
                || count < 0
                || count > PplLayout.MAX_ENTRIES) {
            return Optional.empty();
        }
        List<PplEntry> entries = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            entries.add(entry(from, PplLayout.OFF_ENTRIES + index * PplLayout.ENTRY_BYTES));
        }
        PplHeader header = new PplHeader(signature, from.get(LE_LONG, PplLayout.OFF_GENERATION), entries);
        return Optional.of(header).filter(_ -> header.bytes() <= area.byteSize() - offset);
    }

    private static PplEntry entry(MemorySegment from, long at) {
        return new PplEntry(
                from.get(LE_LONG, at + PplLayout.ENTRY_DATA_SECTOR),
                Integer.toUnsignedLong(from.get(LE_INT, at + PplLayout.ENTRY_PP_SIZE)),
                Integer.toUnsignedLong(from.get(LE_INT, at + PplLayout.ENTRY_DATA_SIZE)),
                from.get(LE_INT, at + PplLayout.ENTRY_PARITY_DISK),
                from.get(LE_INT, at + PplLayout.ENTRY_CHECKSUM));
    }

    /** Writes the header's 4096 bytes to {@code target} at {@code offset}. */
    void encode(MemorySegment target, long offset) {
        MemorySegment to = target.asSlice(offset, PplLayout.HEADER_BYTES);
        to.fill((byte) 0);
        to.asSlice(0, PplLayout.RESERVED_BYTES).fill((byte) 0xff);
        to.set(LE_INT, PplLayout.OFF_SIGNATURE, signature);
        to.set(LE_LONG, PplLayout.OFF_GENERATION, generation);
        to.set(LE_INT, PplLayout.OFF_ENTRIES_COUNT, entries.size());
        long at = PplLayout.OFF_ENTRIES;
        for (PplEntry entry : entries) {
            to.set(LE_LONG, at + PplLayout.ENTRY_DATA_SECTOR, entry.dataSector());
            to.set(LE_INT, at + PplLayout.ENTRY_PP_SIZE, (int) entry.ppBytes());
            to.set(LE_INT, at + PplLayout.ENTRY_DATA_SIZE, (int) entry.dataBytes());
            to.set(LE_INT, at + PplLayout.ENTRY_PARITY_DISK, entry.parityDisk());
            to.set(LE_INT, at + PplLayout.ENTRY_CHECKSUM, entry.checksum());
            at += PplLayout.ENTRY_BYTES;
        }
        to.set(LE_INT, PplLayout.OFF_CHECKSUM, PplLayout.crc32c(to.asByteBuffer()));
    }

    /** Bytes of the header and of the partial parity behind it. */
    long bytes() {
        return PplLayout.HEADER_BYTES
                + entries.stream().mapToLong(PplEntry::ppBytes).sum();
    }
}
