package dev.ashlar.raid.layout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.raid.RaidLevel;
import java.util.Arrays;
import java.util.BitSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** For every parity layout: each role of a stripe holds exactly one thing, and both directions agree on which. */
class ParityGeometryProps {
    private static final int[] RAID5_LAYOUTS = {0, 1, 2, 3, 4, 5};
    private static final int[] RAID6_LAYOUTS = {0, 1, 2, 3, 4, 5, 8, 9, 10, 16, 17, 18, 19, 20};

    @Property(tries = 2000)
    void everyRoleOfAStripeHoldsOneThing(
            @ForAll("geometries") ParityGeometry geometry, @ForAll @LongRange(min = 0) long anyStripe) {
        long stripe = anyStripe % geometry.stripes();
        BitSet used = new BitSet();
        used.set(geometry.pRole(stripe));
        assertThat(geometry.dataIndex(stripe, geometry.pRole(stripe))).isEqualTo(-1);
        if (geometry.parityDisks() == 2) {
            used.set(geometry.qRole(stripe));
            assertThat(geometry.dataIndex(stripe, geometry.qRole(stripe))).isEqualTo(-1);
        } else {
            assertThat(geometry.qRole(stripe)).isEqualTo(-1);
        }
        for (int index = 0; index < geometry.dataDisks(); index++) {
            int role = geometry.dataRole(stripe, index);
            used.set(role);
            assertThat(geometry.dataIndex(stripe, role)).isEqualTo(index);
        }
        assertThat(used.cardinality()).isEqualTo(geometry.raidDisks());
        assertThat(used.length()).isEqualTo(geometry.raidDisks());
    }

    @Property(tries = 2000)
    void firstStripeLikeAnotherHasItsRolesAndExponents(
            @ForAll("geometries") ParityGeometry geometry, @ForAll @LongRange(min = 0) long anyStripe) {
        long stripe = anyStripe % geometry.stripes();
        long first = geometry.firstLike(stripe);
        assertThat(first).isBetween(0L, stripe);
        assertThat(geometry.pRole(first)).isEqualTo(geometry.pRole(stripe));
        assertThat(geometry.qRole(first)).isEqualTo(geometry.qRole(stripe));
        for (int index = 0; index < geometry.dataDisks(); index++) {
            assertThat(geometry.dataRole(first, index)).isEqualTo(geometry.dataRole(stripe, index));
            assertThat(geometry.exponent(first, index)).isEqualTo(geometry.exponent(stripe, index));
        }
    }

    @Property(tries = 2000)
    void exponentsOfAStripeDiffer(
            @ForAll("geometries") ParityGeometry geometry, @ForAll @LongRange(min = 0) long anyStripe) {
        long stripe = anyStripe % geometry.stripes();
        BitSet exponents = new BitSet();
        for (int index = 0; index < geometry.dataDisks(); index++) {
            exponents.set(geometry.exponent(stripe, index));
        }
        assertThat(exponents.cardinality()).isEqualTo(geometry.dataDisks());
        assertThat(exponents.length()).isLessThanOrEqualTo(geometry.exponentCount());
    }

    @Property(tries = 2000)
    void exponentsFollowTheClosedForms(
            @ForAll("geometries") ParityGeometry geometry, @ForAll @LongRange(min = 0) long anyStripe) {
        long stripe = anyStripe % geometry.stripes();
        for (int index = 0; index < geometry.dataDisks(); index++) {
            assertThat(geometry.exponent(stripe, index)).isEqualTo(closedForm(geometry, stripe, index));
        }
    }

    /** The table of consequences in md-format, section 9, which the code does not use. */
    private static int closedForm(ParityGeometry geometry, long stripe, int index) {
        if (geometry.level() != RaidLevel.RAID6) {
            return index;
        }
        int p = geometry.pRole(stripe);
        int role = geometry.dataRole(stripe, index);
        return switch (geometry.layout()) {
            case 0, 1 -> p == geometry.raidDisks() - 1 ? index : Math.floorMod(index - p, geometry.dataDisks());
            case 8, 9, 10 -> role;
            case 18, 19 -> role - (p < role ? 1 : 0);
            default -> index;
        };
    }

    @Property(tries = 2000)
    void arrayChunksAndStripesMapBothWays(
            @ForAll("geometries") ParityGeometry geometry, @ForAll @LongRange(min = 0) long anyChunk) {
        long chunk = anyChunk % (geometry.arrayBytes() / geometry.chunkBytes());
        long stripe = geometry.stripeOf(chunk);
        int index = geometry.indexOf(chunk);
        int role = geometry.dataRole(stripe, index);
        assertThat(stripe * geometry.dataDisks() + geometry.dataIndex(stripe, role)).isEqualTo(chunk);
    }

    @Property(tries = 500)
    void parityVisitsTheRolesItShould(@ForAll("geometries") ParityGeometry geometry) {
        int n = geometry.raidDisks();
        if (geometry.stripes() < n) {
            return;
        }
        BitSet roles = new BitSet();
        for (int stripe = 0; stripe < n; stripe++) {
            roles.set(geometry.pRole(stripe));
        }
        boolean fixed = geometry.level() == RaidLevel.RAID4 || geometry.layout() == 4 || geometry.layout() == 5
                || geometry.layout() == 20;
        boolean qLast = geometry.level() == RaidLevel.RAID6 && geometry.layout() >= 16;
        int visited = fixed ? 1 : qLast ? n - 1 : n;
        assertThat(roles.cardinality()).isEqualTo(visited);
    }

    @Provide
    Arbitrary<ParityGeometry> geometries() {
        Arbitrary<Long> sectors = Arbitraries.oneOf(
                Arbitraries.longs().between(131072, 1L << 22), Arbitraries.longs().between(1L << 33, 1L << 45));
        Arbitrary<Integer> chunks = Arbitraries.integers().between(3, 17).map(shift -> 1 << shift);
        return Arbitraries.of(RaidLevel.RAID4, RaidLevel.RAID5, RaidLevel.RAID6).flatMap(level -> Combinators.combine(
                layouts(level), Arbitraries.integers().between(level.minimumDisks(), 32), chunks, sectors)
                .as((layout, disks, chunk, size) -> ParityGeometry.of(level, layout, disks, chunk, size)));
    }

    private static Arbitrary<Integer> layouts(RaidLevel level) {
        return switch (level) {
            case RAID5 -> Arbitraries.of(Arrays.stream(RAID5_LAYOUTS).boxed().toList());
            case RAID6 -> Arbitraries.of(Arrays.stream(RAID6_LAYOUTS).boxed().toList());
            default -> Arbitraries.just(0);
        };
    }
}
