package dev.ashlar.raid.parity;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Measures candidates against each other, operation by operation, in short turns that go round, until nothing becomes
 * faster any more or the time is over. The best turn counts: an early one tells of code that is not compiled yet, and
 * one that was disturbed tells of the disturbance. One thread.
 */
final class Calibration {
    /** What takes over from the first candidate must be this much faster. */
    private static final double CLEARLY = 1.1;
    /** A candidate this far behind after {@link #ROUNDS_TO_PROVE} turns gets no more of them. */
    private static final double FAR_BEHIND = 20;
    private static final int ROUNDS_TO_PROVE = 10;
    /** So many rounds without progress end it. */
    private static final int PATIENCE = 3;
    private static final double PROGRESS = 1.05;

    private final List<Candidate> candidates;
    private final Map<ParityOperation, double[]> best = new EnumMap<>(ParityOperation.class);

    /** @param candidates that have passed their test, the one to stay with in doubt first */
    Calibration(List<Candidate> candidates) {
        this.candidates = List.copyOf(candidates);
        for (ParityOperation operation : ParityOperation.values()) {
            best.put(operation, new double[candidates.size()]);
        }
    }

    /**
     * Measures.
     *
     * @param turnNanos how long one candidate runs one operation in one round
     * @param limitNanos after which no turn begins
     */
    void run(SpeedProbe probe, LongSupplier nanoClock, long turnNanos, long limitNanos) {
        long end = nanoClock.getAsLong() + limitNanos;
        int idle = 0;
        for (int round = 0; idle < PATIENCE; round++) {
            boolean progress = false;
            for (ParityOperation operation : ParityOperation.values()) {
                for (int i = 0; i < candidates.size(); i++) {
                    if (nanoClock.getAsLong() - end >= 0) {
                        return;
                    }
                    if (round < ROUNDS_TO_PROVE || !farBehind(operation, i)) {
                        progress |= better(operation, i,
                                probe.gigabytesPerSecond(candidates.get(i).kernels(), operation, turnNanos));
                    }
                }
            }
            idle = progress || round < ROUNDS_TO_PROVE ? 0 : idle + 1;
        }
    }

    /** Takes a measured speed in; whether it is progress. */
    boolean better(ParityOperation operation, int candidate, double speed) {
        double[] speeds = best.get(operation);
        boolean progress = speed > speeds[candidate] * PROGRESS;
        speeds[candidate] = Math.max(speeds[candidate], speed);
        return progress;
    }

    private boolean farBehind(ParityOperation operation, int candidate) {
        return best.get(operation)[candidate] * FAR_BEHIND < best.get(operation)[fastest(operation)];
    }

    /** The best speed of a candidate, in GB/s; 0 if it had no turn. */
    double speed(ParityOperation operation, int candidate) {
        return best.get(operation)[candidate];
    }

    /** Which candidate to take: the first, unless another is clearly faster. */
    int fastest(ParityOperation operation) {
        double[] speeds = best.get(operation);
        int fastest = 0;
        for (int i = 1; i < speeds.length; i++) {
            if (speeds[i] > speeds[fastest] * (fastest == 0 ? CLEARLY : 1)) {
                fastest = i;
            }
        }
        return fastest;
    }

    /** The kernels to take for each operation. */
    ChosenKernels.Choice choice() {
        return new ChosenKernels.Choice(true, kernels(ParityOperation.GENERATE_P),
                kernels(ParityOperation.GENERATE_PQ), kernels(ParityOperation.CHECK),
                kernels(ParityOperation.UPDATE), kernels(ParityOperation.RECOVER_FROM_P),
                kernels(ParityOperation.RECOVER_FROM_Q), kernels(ParityOperation.RECOVER_PAIR),
                kernels(ParityOperation.XOR), kernels(ParityOperation.MULTIPLY_ADD));
    }

    private Kernels kernels(ParityOperation operation) {
        return candidates.get(fastest(operation)).kernels();
    }
}
