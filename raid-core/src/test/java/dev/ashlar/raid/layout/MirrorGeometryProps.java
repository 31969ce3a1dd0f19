package dev.ashlar.raid.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** For every RAID 10 layout and RAID 1: copies lie on different roles, and places map back to the chunk they hold. */
class MirrorGeometryProps {
    @Property(tries = 3000)
    void copiesMapBackFromTheirPlaces(
            @ForAll("geometries") MirrorGeometry geometry, @ForAll @LongRange(min = 0) long anyChunk) {
        long chunk = anyChunk % geometry.arrayChunks();
        BitSet roles = new BitSet();
        for (int copy = 0; copy < geometry.copies(); copy++) {
            int role = geometry.copyRole(chunk, copy);
            long offset = geometry.copyMemberOffset(chunk, copy);
            roles.set(role);
            assertThat(offset % geometry.chunkBytes()).isZero();
            assertThat(geometry.arrayChunkAt(role, offset / geometry.chunkBytes())).isEqualTo(chunk);
            assertThat(geometry.copyAt(role, offset / geometry.chunkBytes())).isEqualTo(copy);
        }
        assertThat(roles.cardinality()).isEqualTo(geometry.copies());
    }

    @Property(tries = 300)
    void everyPlaceOfASmallArrayIsUsedOnceOrNotAtAll(@ForAll("smallShapes") Shape shape) {
        MirrorGeometry geometry = shape.geometry();
        long usedPlaces = 0;
        for (int role = 0; role < geometry.raidDisks(); role++) {
            for (long memberChunk = 0; memberChunk < shape.memberChunks() + 40; memberChunk++) {
                long chunk = geometry.arrayChunkAt(role, memberChunk);
                int copy = geometry.copyAt(role, memberChunk);
                assertThat(chunk < 0).isEqualTo(copy < 0);
                if (chunk >= 0) {
                    usedPlaces++;
                    assertThat(memberChunk).isLessThan(shape.memberChunks());
                    assertThat(geometry.copyRole(chunk, copy)).isEqualTo(role);
                    assertThat(geometry.copyMemberOffset(chunk, copy)).isEqualTo(memberChunk * geometry.chunkBytes());
                }
            }
        }
        assertThat(usedPlaces).isEqualTo(geometry.arrayChunks() * geometry.copies());
    }

    @Property(tries = 1000)
    void placementIsTheOneOfTheDescription(
            @ForAll("smallShapes") Shape shape, @ForAll @LongRange(min = 0) long anyChunk) {
        MirrorGeometry geometry = shape.geometry();
        long chunk = anyChunk % geometry.arrayChunks();
        long[][] expected = describedCopies(shape, chunk, geometry.arrayChunks());
        for (int copy = 0; copy < geometry.copies(); copy++) {
            assertThat(geometry.copyRole(chunk, copy)).isEqualTo((int) expected[copy][0]);
            assertThat(geometry.copyMemberOffset(chunk, copy)).isEqualTo(expected[copy][1] * geometry.chunkBytes());
        }
    }

    /** The walk of md-format, section 8, step by step: the dumb twin of the arithmetic. */
    private static long[][] describedCopies(Shape shape, long chunk, long arrayChunks) {
        int n = shape.disks();
        long used = (arrayChunks * shape.near() * shape.far() + n - 1) / n;
        long stride = shape.offset() ? 1 : used / shape.far();
        long x = chunk * shape.near();
        long row = x / n;
        int dev = (int) (x % n);
        if (shape.offset()) {
            row *= shape.far();
        }
        long[][] copies = new long[shape.near() * shape.far()][];
        int count = 0;
        for (int k = 0; k < shape.near(); k++) {
            copies[count++] = new long[] {dev, row};
            for (int f = 1; f < shape.far(); f++) {
                copies[count++] = new long[] {(dev + f * shape.near()) % n, row + f * stride};
            }
            dev++;
            if (dev == n) {
                dev = 0;
                row++;
            }
        }
        return copies;
    }

    @Property(tries = 1000)
    void arraySurvivesExactlyWhenEveryChunkHasACopyLeft(
            @ForAll("smallShapes") Shape shape, @ForAll @IntRange(min = 0, max = 255) int missing) {
        MirrorGeometry geometry = shape.geometry();
        boolean survives = true;
        for (long chunk = 0; chunk < geometry.arrayChunks(); chunk++) {
            boolean readable = false;
            for (int copy = 0; copy < geometry.copies(); copy++) {
                readable |= (missing & 1L << geometry.copyRole(chunk, copy)) == 0;
            }
            survives &= readable;
        }
        assertThat(geometry.survives(missing)).isEqualTo(survives);
    }

    record Shape(int near, int far, boolean offset, int disks, int memberChunks) {
        MirrorGeometry geometry() {
            int layout = near | far << 8 | (offset ? 1 << 16 : 0);
            return MirrorGeometry.raid10(layout, disks, 8, memberChunks * 8L + 5);
        }

        boolean legal() {
            return near * far >= 2 && near * far <= disks && (!offset || far == 1 || disks % near == 0);
        }
    }

    @Provide
    Arbitrary<Shape> smallShapes() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 4), Arbitraries.integers().between(1, 4),
                        Arbitraries.of(true, false), Arbitraries.integers().between(2, 8),
                        Arbitraries.integers().between(4, 60))
                .as(Shape::new)
                .filter(Shape::legal);
    }

    @Provide
    Arbitrary<MirrorGeometry> geometries() {
        Arbitrary<Integer> chunks = Arbitraries.integers().between(3, 17).map(shift -> 1 << shift);
        Arbitrary<Long> sectors = Arbitraries.oneOf(
                Arbitraries.longs().between(1L << 22, 1L << 24), Arbitraries.longs().between(1L << 33, 1L << 45));
        Arbitrary<MirrorGeometry> raid10 = Combinators.combine(
                        Arbitraries.integers().between(1, 32), Arbitraries.integers().between(1, 32),
                        Arbitraries.of(true, false), Arbitraries.integers().between(2, 32), chunks, sectors)
                .filter((near, far, offset, disks, chunk, size) -> new Shape(near, far, offset, disks, 0).legal())
                .as((near, far, offset, disks, chunk, size) -> MirrorGeometry.raid10(
                        near | far << 8 | (offset ? 1 << 16 : 0), disks, chunk, size));
        Arbitrary<MirrorGeometry> raid1 = Combinators.combine(Arbitraries.integers().between(2, 32), sectors)
                .as(MirrorGeometry::raid1);
        return Arbitraries.frequencyOf(
                Tuple.of(4, raid10), Tuple.of(1, raid1));
    }
}
