package dev.ashlar.raid.parity;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * Hands operations over from plain Java, which runs tolerably from the first call on, to vector kernels once these have
 * passed their test and are measured to be faster. Until the compiler has come to them, which takes a second or, on a
 * busy machine, many, they are slower than anything; so an operation that has not been handed over is tried again
 * later, at longer and longer intervals. All in one background thread that ends when there is nothing to do.
 */
final class Handover {
    private static final long TURN_NANOS = 1_000_000;
    private static final long LIMIT_NANOS = 500_000_000L;
    /** The wait between attempts doubles, from a second to a quarter of an hour. */
    private static final int ATTEMPTS = 10;

    private final Logger log;
    private final Kernels java;
    private final ParityImplementation implementation;
    private final ChosenKernels chosen;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().daemon().name("parity-handover").factory());
    private Candidate better;

    /**
     * @param java what everything begins with, tested
     * @param implementation what is hoped to be faster
     */
    Handover(Kernels java, ParityImplementation implementation, Logger log) {
        this.log = log;
        this.java = java;
        this.implementation = implementation;
        chosen = new ChosenKernels(java, implementation.optionName() + ", and until that is compiled "
                + ParityImplementation.JAVA.optionName(), this::ask);
        thread.setKeepAliveTime(1, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
    }

    ChosenKernels kernels() {
        return chosen;
    }

    private void ask(ParityOperation operation) {
        thread.execute(() -> begin(operation));
    }

    private void begin(ParityOperation operation) {
        if (better == null) {
            better = Candidate.of(implementation);
            SelfTest.Result result = better.available() ? better.test() : null;
            if (result == null || !result.passed()) {
                log.warn("Parity stays with {}: {} {}", java.description(), implementation.optionName(),
                        result == null ? better.obstacle() : result);
                better = new Candidate(implementation, null, null, "failed");
            }
        }
        if (better.available()) {
            attempt(operation, new Calibration(operation, java, better.kernels()), 0);
        }
    }

    private void attempt(ParityOperation operation, Calibration calibration, int number) {
        try (SpeedProbe probe = new SpeedProbe(System::nanoTime)) {
            if (number == 0) {
                probe.warmUp(better, operation);
            }
            calibration.run(probe, System::nanoTime, TURN_NANOS, LIMIT_NANOS, 0);
        }
        String speeds = "%s at %.1f GB/s, %s at %.1f".formatted(implementation.optionName(), calibration.speed(1),
                ParityImplementation.JAVA.optionName(), calibration.speed(0));
        if (calibration.fastest() == 1) {
            chosen.choose(operation, better.kernels());
            log.debug("Parity: {} by {}", operation.title(), speeds);
        } else if (number + 1 < ATTEMPTS) {
            thread.schedule(() -> attempt(operation, calibration, number + 1), 1L << number, TimeUnit.SECONDS);
        } else {
            log.info("Parity: {} stays with plain Java: {}", operation.title(), speeds);
        }
    }
}
