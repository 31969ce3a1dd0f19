package dev.ashlar.nbd.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/**
 * All of a reply.
 *
 * @param error of the first error that was told, 0 for none
 * @param message of that error, "" where none can be told
 * @param requestOffset as the header repeats it, 0 where it does not
 */
public record Reply(long cookie, int error, String message, long requestOffset, List<Chunk> chunks) {

    static Reply ofChunks(long cookie, long requestOffset, List<Chunk> chunks) {
        chunks.forEach(Chunk::checked);
        Chunk failure = chunks.stream().filter(Chunk::isError).findFirst().orElse(null);
        if (failure == null) {
            return new Reply(cookie, 0, "", requestOffset, chunks);
        }
        assertThat(failure.message()).as("every error is explained").isNotEmpty();
        return new Reply(cookie, failure.error(), failure.message(), requestOffset, chunks);
    }

    /** The types of all chunks, in order. */
    public List<Integer> types() {
        return chunks.stream().map(Chunk::type).toList();
    }

    /** The chunks of one type. */
    public List<Chunk> of(int type) {
        return chunks.stream().filter(chunk -> chunk.type() == type).toList();
    }

    /** Where something is lost. */
    public List<Long> lostAt() {
        return of(Chunk.ERROR_OFFSET).stream().map(Chunk::offset).toList();
    }

    /** The data of a READ; fails unless all of it is there, once. */
    public byte[] content(long offset, int length) {
        BitSet covered = new BitSet(length);
        byte[] content = content(offset, length, covered);
        assertThat(covered.cardinality()).as("bytes that came").isEqualTo(length);
        return content;
    }

    /** What there is of the data of a READ, with {@code covered} saying what that is. */
    public byte[] content(long offset, int length, BitSet covered) {
        byte[] content = new byte[length];
        for (Chunk chunk : chunks) {
            if (chunk.type() == Chunk.SIMPLE_DATA) {
                chunk.payload().get(0, content);
                covered.set(0, length);
            } else if (chunk.type() == Chunk.OFFSET_DATA || chunk.type() == Chunk.OFFSET_HOLE) {
                int from = Math.toIntExact(chunk.offset() - offset);
                int to = Math.toIntExact(from + chunk.length());
                assertThat(from).isNotNegative();
                assertThat(to).isLessThanOrEqualTo(length);
                assertThat(covered.get(from, to).isEmpty()).as("chunks do not overlap").isTrue();
                covered.set(from, to);
                if (chunk.type() == Chunk.OFFSET_DATA) {
                    ByteBuffer data = chunk.payload().duplicate().position(8);
                    data.get(content, from, to - from);
                }
            }
        }
        return content;
    }
}
