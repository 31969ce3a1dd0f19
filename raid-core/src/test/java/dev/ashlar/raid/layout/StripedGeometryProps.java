package dev.ashlar.raid.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** For RAID 0 over members of any sizes: chunks and places map one to one, whichever way zones are numbered. */
class StripedGeometryProps {
    record Shape(int layout, int chunkSectors, long[] sizes) {
        StripedGeometry geometry() {
            return StripedGeometry.of(layout, chunkSectors, sizes);
        }

        @Override
        public String toString() {
            return "layout=" + layout + " chunkSectors=" + chunkSectors + " sizes=" + Arrays.toString(sizes);
        }
    }

    @Property(tries = 3000)
    void chunksMapBackFromTheirPlaces(@ForAll("shapes") Shape shape, @ForAll @LongRange(min = 0) long anyChunk) {
        StripedGeometry geometry = shape.geometry();
        long chunk = anyChunk % geometry.arrayChunks();
        int role = geometry.role(chunk);
        long offset = geometry.memberOffset(chunk);
        assertThat(offset % geometry.chunkBytes()).isZero();
        assertThat(offset / 512 + shape.chunkSectors).isLessThanOrEqualTo(shape.sizes[role]);
        assertThat(geometry.arrayChunkAt(role, offset / geometry.chunkBytes())).isEqualTo(chunk);
    }

    @Property(tries = 3000)
    void placesMapBackFromTheirChunks(
            @ForAll("shapes") Shape shape, @ForAll @IntRange(min = 0, max = 31) int anyRole,
            @ForAll @LongRange(min = 0) long anyPlace) {
        StripedGeometry geometry = shape.geometry();
        int role = anyRole % geometry.raidDisks();
        long usable = shape.sizes[role] / shape.chunkSectors;
        long chunk = geometry.arrayChunkAt(role, anyPlace % usable);
        assertThat(geometry.role(chunk)).isEqualTo(role);
        assertThat(geometry.memberOffset(chunk)).isEqualTo(anyPlace % usable * geometry.chunkBytes());
        assertThat(geometry.arrayChunkAt(role, usable)).isEqualTo(-1);
    }

    @Property(tries = 500)
    void everyUsableChunkCounts(@ForAll("shapes") Shape shape) {
        long usable = Arrays.stream(shape.sizes).map(size -> size / shape.chunkSectors).sum();
        assertThat(shape.geometry().arrayChunks()).isEqualTo(usable);
    }

    @Provide
    Arbitrary<Shape> shapes() {
        Arbitrary<Integer> chunks = Arbitraries.integers().between(1, 300).map(pages -> pages * 8);
        Arbitrary<Long> near = Arbitraries.longs().between(2400, 40000);
        Arbitrary<Long> huge = Arbitraries.longs().between(1L << 33, 1L << 45);
        Arbitrary<long[]> sizes = Arbitraries.oneOf(near, huge).array(long[].class).ofMinSize(2).ofMaxSize(32);
        return Combinators.combine(Arbitraries.of(1, 2), chunks, sizes).as(Shape::new);
    }
}
