package dev.ashlar.raid.ppl;

import dev.ashlar.raid.layout.ParityGeometry;
import java.util.Optional;

/**
 * What an entry means in an array: a range of one stripe's chunks, and which of its data chunks were modified there.
 *
 * @param stripe the row of chunks
 * @param memberOffsetBytes where the range begins on every member, from its data_offset
 * @param lengthBytes length of the range
 * @param firstIndex logical index of the first modified data chunk
 * @param endIndex one past the last
 */
record PplStrip(long stripe, long memberOffsetBytes, long lengthBytes, int firstIndex, int endIndex) {

    /**
     * Understands an entry found on the member of {@code role}. An entry without partial parity modified all data
     * chunks, so their sum is the parity; one with it modified as many neighbouring chunks as its data are times its
     * partial parity.
     *
     * @return nothing if the entry describes no write of such an array
     */
    static Optional<PplStrip> of(PplEntry entry, ParityGeometry geometry, int role) {
        long chunkSectors = geometry.chunkBytes() / PplLayout.SECTOR_BYTES;
        if (entry.dataSector() < 0 || entry.dataSector() >= geometry.arrayBytes() / PplLayout.SECTOR_BYTES) {
            return Optional.empty();
        }
        long arrayChunk = entry.dataSector() / chunkSectors;
        long stripe = geometry.stripeOf(arrayChunk);
        int firstIndex = geometry.indexOf(arrayChunk);
        long inChunkBytes = entry.dataSector() % chunkSectors * PplLayout.SECTOR_BYTES;
        long lengthBytes = entry.ppBytes() > 0 ? entry.ppBytes() : entry.dataBytes() / geometry.dataDisks();
        if (lengthBytes == 0
                || lengthBytes % PplLayout.SECTOR_BYTES != 0
                || inChunkBytes + lengthBytes > geometry.chunkBytes()
                || entry.dataBytes() % lengthBytes != 0) {
            return Optional.empty();
        }
        long endIndex = firstIndex + entry.dataBytes() / lengthBytes;
        if (endIndex == firstIndex
                || endIndex > geometry.dataDisks()
                || entry.parityDisk() != role
                || geometry.pRole(stripe) != role) {
            return Optional.empty();
        }
        long memberOffsetBytes = stripe * geometry.chunkBytes() + inChunkBytes;
        return Optional.of(new PplStrip(stripe, memberOffsetBytes, lengthBytes, firstIndex, (int) endIndex));
    }
}
