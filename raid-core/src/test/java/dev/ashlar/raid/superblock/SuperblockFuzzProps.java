package dev.ashlar.raid.superblock;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Any bytes give a superblock that can be written back, or a {@link SuperblockException}. */
class SuperblockFuzzProps {
    private static final List<String> ARRAYS = List.of("raid0-3d-unequal-alt", "raid1-2d-bitmap", "raid5-ppl-4d-16k",
            "raid5-meta10-3d-bitmap", "raid6-meta11-4d", "raid5-reshape-3to4", "raid5-journal-3d", "raid10-o2-4d-16k");

    private static final Map<String, Superblock> GOOD = new ConcurrentHashMap<>();

    /** A field overwritten with a value that tends to hurt. */
    record Edit(int at, int bytes, long value) {}

    @Provide
    Arbitrary<Edit> edits() {
        Arbitrary<Long> values = Arbitraries.oneOf(
                Arbitraries.of(0L, 1L, -1L, 7L, 8L, 9L, 0xffffL, 0x7fffffffL, 0x80000000L, Long.MAX_VALUE,
                        Long.MIN_VALUE, 1L << 54, 1L << 55),
                Arbitraries.longs());
        return Combinators.combine(Arbitraries.integers().between(0, 127), Arbitraries.of(1, 2, 4, 8), values)
                .as((word, bytes, value) -> new Edit(4 * word, bytes, value));
    }

    @Property(tries = 4000)
    void fieldsOfAnyValueAreReadOrRefused(
            @ForAll @IntRange(min = 0, max = 7) int array,
            @ForAll @Size(min = 1, max = 6) List<@From("edits") Edit> edits)
            throws Exception {
        Superblock good = GOOD.computeIfAbsent(ARRAYS.get(array), SuperblockFuzzProps::golden);
        MemorySegment bytes = MemorySegment.ofArray(new byte[SuperblockLayout.MAX_BYTES]);
        good.encode(bytes, 0);
        for (Edit edit : edits) {
            for (int i = 0; i < edit.bytes() && edit.at() + i < 512; i++) {
                bytes.set(ValueLayout.JAVA_BYTE, edit.at() + i, (byte) (edit.value() >>> 8 * i));
            }
        }
        int maxDev = bytes.get(SuperblockLayout.U32, 220);
        if (maxDev >= 0 && maxDev <= SuperblockLayout.MAX_DEV) {
            bytes.set(SuperblockLayout.U32, 216, SuperblockLayout.checksum(bytes, 0, maxDev));
        }
        readOrRefuse(bytes, good.minorVersion());
    }

    @Property(tries = 500)
    void anyBytesAreReadOrRefused(
            @ForAll @Size(512) byte[] random, @ForAll @IntRange(min = 0, max = 2) int minorVersion) throws Exception {
        byte[] bytes = Arrays.copyOf(random, SuperblockLayout.MAX_BYTES);
        MemorySegment segment = MemorySegment.ofArray(bytes);
        segment.set(SuperblockLayout.U32, 0, SuperblockLayout.MAGIC);
        segment.set(SuperblockLayout.U32, 4, 1);
        segment.set(SuperblockLayout.U32, 220, 128);
        segment.set(SuperblockLayout.U32, 216, SuperblockLayout.checksum(segment, 0, 128));
        readOrRefuse(segment, minorVersion);
    }

    private static void readOrRefuse(MemorySegment bytes, int minorVersion) {
        try {
            Superblock superblock = Superblock.decode(bytes, 0, minorVersion, 16384);
            MemorySegment written = MemorySegment.ofArray(new byte[superblock.encodedBytes()]);
            superblock.encode(written, 0);
            assertThat(Superblock.decode(padded(written), 0, minorVersion, 16384)).isEqualTo(superblock);
        } catch (SuperblockException e) {
            assertThat(e.reason()).isNotNull();
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static Superblock golden(String array) {
        try {
            return Golden.superblock(array, 0);
        } catch (SuperblockException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MemorySegment padded(MemorySegment bytes) {
        MemorySegment padded = MemorySegment.ofArray(new byte[SuperblockLayout.MAX_BYTES]);
        return padded.copyFrom(bytes);
    }
}
