package dev.ashlar.raid.parity;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels of this process: plain Java, which is tested at once, and where there are vectors, a
 * {@link Handover} to these. ISA-L is never chosen by itself: native code is for who asks for it.
 */
final class Selection {
    private static final Logger LOG = LoggerFactory.getLogger(Parity.class);

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
