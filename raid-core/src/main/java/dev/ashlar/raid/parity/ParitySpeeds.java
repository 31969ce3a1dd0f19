package dev.ashlar.raid.parity;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * How fast each implementation does each operation in this process, on a stripe that stays in the caches.
 *
 * @param columns all implementations, in order
 */
public record ParitySpeeds(List<Column> columns) {
    private static final long TURN_NANOS = 2_000_000;
    /** Of one operation in one sweep over all. */
    private static final long LIMIT_NANOS = 400_000_000L;
    private static final int LEAST_ROUNDS = 12;
    /** So often all is measured again at most, since the compiler may have a long queue. */
    private static final int MOST_SWEEPS = 8;

    /**
     * One implementation.
     *
     * @param implementation which
     * @param description what it is in full, or why it cannot be had
     * @param gigabytesPerSecond 10^9 bytes of data blocks a second by operation; empty if it cannot be had or failed
     *     the test against the reference
     * @param chosen for what it is taken where nobody says what to take
     */
    public record Column(ParityImplementation implementation, String description,
            Map<ParityOperation, Double> gigabytesPerSecond, Set<ParityOperation> chosen) {
        /** Whether it is there and computes what the reference does. */
        public boolean checked() {
            return !gigabytesPerSecond.isEmpty();
        }
    }

    /** Data blocks of the stripe. */
    public static int blocks() {
        return SpeedProbe.BLOCKS;
    }

    /** Bytes of each of them. */
    public static int blockBytes() {
        return SpeedProbe.LENGTH_BYTES;
    }

    /**
     * Tests and measures all that can be had here; takes ten to thirty seconds of the calling thread.
     *
     * @param nanoClock any that runs while this thread does: its CPU time, or {@link System#nanoTime}
     */
    public static ParitySpeeds measure(LongSupplier nanoClock) {
        List<Column> columns = new ArrayList<>();
        List<Candidate> runners = new ArrayList<>();
        for (ParityImplementation implementation : ParityImplementation.values()) {
            Candidate candidate = Candidate.of(implementation);
            SelfTest.Result result = candidate.available() ? candidate.test() : null;
            String description = result == null ? candidate.obstacle()
                    : result.passed() ? candidate.kernels().description() : result.toString();
            columns.add(new Column(implementation, description, new EnumMap<>(ParityOperation.class),
                    EnumSet.noneOf(ParityOperation.class)));
            if (result != null && result.passed()) {
                runners.add(candidate);
            }
        }
        measure(runners, columns, nanoClock);
        return new ParitySpeeds(columns);
    }

    private static void measure(List<Candidate> runners, List<Column> columns, LongSupplier nanoClock) {
        Kernels[] kernels = runners.stream().map(Candidate::kernels).toArray(Kernels[]::new);
        Map<ParityOperation, Calibration> calibrations = new EnumMap<>(ParityOperation.class);
        for (ParityOperation operation : ParityOperation.values()) {
            calibrations.put(operation, new Calibration(operation, kernels));
        }
        try (SpeedProbe probe = new SpeedProbe(nanoClock)) {
            for (ParityOperation operation : ParityOperation.values()) {
                runners.forEach(candidate -> probe.warmUp(candidate, operation));
            }
            boolean progress = true;
            for (int sweep = 0; sweep < MOST_SWEEPS && progress; sweep++) {
                progress = sweep == 0;
                for (Calibration calibration : calibrations.values()) {
                    progress |= calibration.run(probe, nanoClock, TURN_NANOS, LIMIT_NANOS, LEAST_ROUNDS);
                }
            }
        }
        calibrations.forEach((operation, calibration) -> {
            for (int i = 0; i < runners.size(); i++) {
                columns.get(runners.get(i).implementation().ordinal()).gigabytesPerSecond()
                        .put(operation, calibration.speed(i));
            }
            chosen(operation, columns).chosen().add(operation);
        });
    }

    /** As {@link Selection} and {@link Handover} choose: plain Java, unless preferred vectors are clearly faster. */
    private static Column chosen(ParityOperation operation, List<Column> columns) {
        Column java = columns.get(ParityImplementation.JAVA.ordinal());
        if (!java.checked()) {
            return columns.get(ParityImplementation.SCALAR.ordinal());
        }
        if (!Candidate.hasVectorModule()) {
            return java;
        }
        Column vectors = columns.get(Candidate.preferredVector().ordinal());
        double javaSpeed = java.gigabytesPerSecond().get(operation);
        double speed = vectors.gigabytesPerSecond().getOrDefault(operation, 0.0);
        return speed > javaSpeed * Calibration.CLEARLY ? vectors : java;
    }
}
