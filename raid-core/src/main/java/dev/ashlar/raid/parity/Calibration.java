package dev.ashlar.raid.parity;

import java.util.function.LongSupplier;

/**
 * Measures kernels against each other at one operation, in short turns that go round, until nothing becomes faster any
 * more or the time is over. The best turn counts: an early one tells of code that is not compiled yet, and one that was
 * disturbed tells of the disturbance. May be run again, and goes on where it was. One thread.
 */
final class Calibration {
    /** What takes over from the first must be this much faster. */
    static final double CLEARLY = 1.1;
    /** Kernels this far behind after {@link #ROUNDS_TO_PROVE} turns get no more of them in a run. */
    private static final double FAR_BEHIND = 20;
    private static final int ROUNDS_TO_PROVE = 200;
    /** So many rounds without progress end it. */
    private static final int PATIENCE = 8;
    private static final double PROGRESS = 1.02;

    private final ParityOperation operation;
    private final Kernels[] candidates;
    private final double[] best;

    /** @param candidates tested ones, the one to stay with in doubt first */
    Calibration(ParityOperation operation, Kernels... candidates) {
        this.operation = operation;
        this.candidates = candidates.clone();
        this.best = new double[candidates.length];
    }

    /**
     * Measures.
     *
     * @param turnNanos how long each candidate runs in one round, about
     * @param limitNanos after which no turn begins
     * @param leastRounds how many there are at least, if there is time
     * @return whether anything became faster
     */
    boolean run(SpeedProbe probe, LongSupplier nanoClock, long turnNanos, long limitNanos, int leastRounds) {
        long end = nanoClock.getAsLong() + limitNanos;
        int idle = 0;
        boolean any = false;
        for (int round = 0; idle < PATIENCE; round++) {
            boolean progress = false;
            for (int i = 0; i < candidates.length; i++) {
                if (nanoClock.getAsLong() - end >= 0) {
                    return any;
                }
                if (round < ROUNDS_TO_PROVE || best[i] * FAR_BEHIND > best[fastest()]) {
                    progress |= measured(i, probe.gigabytesPerSecond(candidates[i], operation, turnNanos));
                }
            }
            any |= progress;
            // Without progress nothing may mean that the compiler is busy: as long as the first leads, all is open.
            idle = progress || round < leastRounds || fastest() == 0 && round < ROUNDS_TO_PROVE ? 0 : idle + 1;
        }
        return any;
    }

    /** Takes a measured speed in; whether it is progress. */
    boolean measured(int candidate, double speed) {
        boolean progress = speed > best[candidate] * PROGRESS;
        best[candidate] = Math.max(best[candidate], speed);
        return progress;
    }

    /** The best speed of a candidate, in GB/s; 0 if it had no turn. */
    double speed(int candidate) {
        return best[candidate];
    }

    /** Which candidate to take: the first, unless another is clearly faster. */
    int fastest() {
        int fastest = 0;
        for (int i = 1; i < best.length; i++) {
            if (best[i] > best[fastest] * (fastest == 0 ? CLEARLY : 1)) {
                fastest = i;
            }
        }
        return fastest;
    }
}
