package dev.ashlar.raid.parity;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels of this process. At first the likely best candidate that passes its test does everything. When
 * parity is first computed, a thread in the background measures it against plain Java, operation by operation, and may
 * hand some over: at the start itself there is no time, since nothing is compiled yet and every figure would be wrong.
 *
 * <p>ISA-L is never chosen by itself: native code is for who asks for it.
 */
final class Selection {
    private static final Logger LOG = LoggerFactory.getLogger(Parity.class);

    /** Of each turn of a measurement in the background. */
    private static final long TURN_NANOS = 1_000_000;
    /** Of each measurement. */
    private static final long LIMIT_NANOS = 1_000_000_000L;
    /** Before each measurement, in seconds. */
    private static final int[] WAITS = {0, 5, 15, 30};

    private static volatile Parity required;

    private Selection() {}

    /** In a class of its own, so that a process that requires an implementation does not look for the best. */
    private static final class Best {
        static final Parity PARITY = choose();
    }

    static Parity best() {
        Parity now = required;
        return now != null ? now : Best.PARITY;
    }

    static void require(ParityImplementation implementation) {
        Parity parity = tested(implementation);
        LOG.info("Parity kernels: {} (required)", parity.description());
        required = parity;
    }

    static Parity tested(ParityImplementation implementation) {
        Candidate candidate = Candidate.of(implementation);
        if (!candidate.available()) {
            throw new ParityUnavailableException(implementation, candidate.obstacle());
        }
        SelfTest.Result result = candidate.test();
        if (!result.passed()) {
            throw new ParityUnavailableException(implementation, result.toString());
        }
        return new Parity(candidate.kernels());
    }

    private static Parity choose() {
        List<String> reasons = new ArrayList<>();
        for (ParityImplementation implementation : inOrder()) {
            Candidate candidate = Candidate.of(implementation);
            if (!candidate.available()) {
                reasons.add("no " + implementation.optionName() + ": " + candidate.obstacle());
                continue;
            }
            SelfTest.Result result = candidate.test();
            reasons.add(implementation.optionName() + " " + result);
            if (result.passed()) {
                LOG.info("Parity kernels: {} ({})", candidate.kernels().description(), String.join("; ", reasons));
                return implementation == ParityImplementation.JAVA
                        ? new Parity(candidate.kernels())
                        : new Parity(new ChosenKernels(candidate.kernels(), chosen -> compare(candidate, chosen)));
            }
        }
        LOG.warn("Parity kernels: {} ({})", ScalarKernels.INSTANCE.description(), String.join("; ", reasons));
        return Parity.scalar();
    }

    private static List<ParityImplementation> inOrder() {
        return Candidate.hasVectorModule()
                ? List.of(Candidate.preferredVector(), ParityImplementation.JAVA)
                : List.of(ParityImplementation.VECTOR128, ParityImplementation.JAVA);
    }

    private static void compare(Candidate preferred, ChosenKernels chosen) {
        Thread.ofPlatform().daemon().name("parity-calibration").priority(Thread.MIN_PRIORITY)
                .start(() -> compareNow(preferred, chosen));
    }

    /**
     * Vector code that is not compiled yet is slower than anything, and on a busy machine that lasts. So it loses an
     * operation only if it is still slower when measured again, and again, over most of a minute.
     */
    private static void compareNow(Candidate preferred, ChosenKernels chosen) {
        Candidate java = Candidate.of(ParityImplementation.JAVA);
        SelfTest.Result result = java.test();
        if (!result.passed()) {
            LOG.warn("Parity kernels: {} {}", java.implementation().optionName(), result);
            return;
        }
        Calibration calibration = new Calibration(List.of(preferred, java));
        try (SpeedProbe probe = new SpeedProbe(System::nanoTime)) {
            for (int i = 0; i < WAITS.length && (i == 0 || !speeds(calibration, 1).isEmpty()); i++) {
                Thread.sleep(Duration.ofSeconds(WAITS[i]));
                calibration.run(probe, System::nanoTime, TURN_NANOS, LIMIT_NANOS);
            }
        } catch (InterruptedException _) {
            return;
        }
        chosen.choose(calibration.choice());
        LOG.debug("Parity kernels measured: {} {}", preferred.implementation().optionName(),
                speeds(calibration, 0));
        String others = speeds(calibration, 1);
        if (!others.isEmpty()) {
            LOG.info("Parity kernels: {} is faster for {}", java.implementation().optionName(), others);
        }
    }

    /** The operations for which a candidate is the fastest, with their speeds. */
    private static String speeds(Calibration calibration, int candidate) {
        return Stream.of(ParityOperation.values())
                .filter(operation -> calibration.fastest(operation) == candidate)
                .map(operation -> "%s %.1f GB/s".formatted(operation.title(), calibration.speed(operation, candidate)))
                .collect(Collectors.joining(", "));
    }
}
