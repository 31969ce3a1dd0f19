package dev.ashlar.raid.parity;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels of this process: plain Java, which is tested at once, and where there are vectors, a
 * {@link Handover} to these. ISA-L is never chosen by itself: native code is for who asks for it.
 */
final class Selection {
    private static final Logger LOG = LoggerFactory.getLogger(Parity.class);

    /** Names an implementation for processes that are told of none otherwise. */
    private static final String VARIABLE = "ASHLAR_PARITY";

    private static volatile Parity decided;

    private Selection() {}

    static Parity best() {
        Parity now = decided;
        return now != null ? now : decide();
    }

    private static synchronized Parity decide() {
        if (decided == null) {
            String named = System.getenv(VARIABLE);
            use(named == null || named.isEmpty() ? Optional.empty() : ParityImplementation.parse(named));
        }
        return decided;
    }

    static synchronized void use(Optional<ParityImplementation> implementation) {
        if (implementation.isEmpty()) {
            decided = choose();
        } else {
            Parity parity = tested(implementation.get());
            LOG.info("Parity kernels: {} (required)", parity.description());
            decided = parity;
        }
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
        Candidate java = Candidate.of(ParityImplementation.JAVA);
        SelfTest.Result result = java.test();
        if (!result.passed()) {
            LOG.warn("Parity kernels: {} ({} {})", ScalarKernels.INSTANCE.description(), java.kernels().description(),
                    result);
            return Parity.scalar();
        }
        Kernels kernels = Candidate.hasVectorModule()
                ? new Handover(java.kernels(), Candidate.preferredVector(), LOG).kernels()
                : java.kernels();
        LOG.info("Parity kernels: {} ({}{})", kernels.description(), result,
                Candidate.hasVectorModule() ? "" : "; " + Candidate.NO_MODULE);
        return new Parity(kernels);
    }
}
