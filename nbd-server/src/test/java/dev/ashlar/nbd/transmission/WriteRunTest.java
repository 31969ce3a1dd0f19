package dev.ashlar.nbd.transmission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WriteRunTest {
    private static final int RING = 10_000;
    private static final int STRIPE = 1000;

    private final WriteSlots slots = new WriteSlots(RING);
    private final WriteRun run = new WriteRun(slots, STRIPE);

    private void write(int flags, long offset, int length) {
        slots.publish(WriteSlotsProps.request(flags, 0, offset, length), 0, length, slots.place(length), 0);
    }

    private void assertRun(long first, long next, long from, long to) {
        assertThat(new long[] {run.first(), run.next(), run.fromBytes(), run.toBytes()})
                .containsExactly(first, next, from, to);
    }

    @Test
    void writesThatFollowEachOtherAreOneRunUpToTheLastBoundary() {
        write(0, 500, 700);
        write(0, 1200, 700);
        write(0, 1900, 700);
        run.take(0);
        assertRun(0, 3, 500, 2600);
        assertThat(run.reachesBoundary()).isTrue();
        run.cutAtBoundary();
        assertRun(0, 3, 500, 2000);
    }

    @Test
    void whatIsWrittenAlreadyIsNotWrittenAgain() {
        write(0, 500, 700);
        write(0, 1200, 300);
        run.take(1000);
        assertRun(0, 2, 1000, 1500);
        assertThat(run.position()).isEqualTo(500);
        assertThat(run.reachesBoundary()).as("it begins at the boundary").isFalse();
        run.cutAtBoundary();
        assertRun(0, 2, 1000, 1500);
    }

    @Test
    void gapOverlapAndStepBackEndARun() {
        for (long other : new long[] {1001, 999, 0, 500}) {
            WriteSlots own = new WriteSlots(RING);
            own.publish(WriteSlotsProps.request(0, 0, 500, 500), 0, 500, own.place(500), 0);
            own.publish(WriteSlotsProps.request(0, 0, other, 500), 0, 500, own.place(500), 0);
            WriteRun one = new WriteRun(own, STRIPE);
            one.take(0);
            assertThat(one.next()).as("%d", other).isEqualTo(1);
            assertThat(one.isOneWrite()).isTrue();
        }
    }

    @Test
    void fuaStandsAlone() {
        write(0, 0, 100);
        write(1, 100, 100);
        write(0, 200, 100);
        run.take(0);
        assertRun(0, 1, 0, 100);
        slots.executedTo(1);
        run.take(0);
        assertRun(1, 2, 100, 200);
        slots.executedTo(2);
        run.take(0);
        assertRun(2, 3, 200, 300);
    }

    @Test
    void wrapOfTheRingEndsARun() {
        write(0, 0, 6000);
        write(0, 6000, 3000);
        slots.executedTo(1);
        write(0, 9000, 2000);
        run.take(0);
        assertRun(1, 2, 6000, 9000);
    }

    @Test
    void runInsideAStripeReachesNoBoundary() {
        write(0, 1100, 300);
        run.take(0);
        assertThat(run.reachesBoundary()).isFalse();
        run.cutAtBoundary();
        assertRun(0, 1, 1100, 1400);
    }

    @Test
    void runThatEndsAtABoundaryIsNotCut() {
        write(0, 1100, 900);
        run.take(0);
        assertThat(run.reachesBoundary()).isTrue();
        run.cutAtBoundary();
        assertRun(0, 1, 1100, 2000);
    }
}
