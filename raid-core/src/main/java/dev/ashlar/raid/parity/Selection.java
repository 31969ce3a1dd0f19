package dev.ashlar.raid.parity;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels of this process: the first candidate, fastest first, that passes {@link SelfTest}. Loading the
 * class does the work, once.
 */
final class Selection {
    private static final Logger LOG = LoggerFactory.getLogger(Parity.class);
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    static final Parity BEST = choose();

    private Selection() {}

    private static Parity choose() {
        String reason;
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            reason = "no vector kernels: run with --add-modules=" + VECTOR_MODULE;
        } else {
            SelfTest.Result result = testVector();
            if (result.passed()) {
                return chosen(vector(), result.toString());
            }
            reason = "vector kernels rejected: " + result;
        }
        Kernels longs = new LongKernels();
        SelfTest.Result result = SelfTest.run(longs);
        if (result.passed()) {
            return chosen(longs, reason);
        }
        return chosen(ScalarKernels.INSTANCE, reason + "; long arithmetic rejected: " + result);
    }

    /** Of the group kernels for large blocks; small blocks use a subset of them. */
    private static SelfTest.Result testVector() {
        return SelfTest.run(new VectorKernels(VectorKernels.LARGE_GROUP));
    }

    /** In a method of its own, so that the class is not looked for where its module is absent. */
    private static Kernels vector() {
        return new VectorKernels();
    }

    private static Parity chosen(Kernels kernels, String reason) {
        LOG.info("Parity kernels: {} ({})", kernels.description(), reason);
        return new Parity(kernels);
    }
}
