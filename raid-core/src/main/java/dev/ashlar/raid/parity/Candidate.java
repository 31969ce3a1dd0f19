package dev.ashlar.raid.parity;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * An implementation as it can be had in this process.
 *
 * @param kernels it, or null where it cannot be had
 * @param inTest the same, put together so that a test of short blocks meets all of its code
 * @param obstacle why it cannot be had, or null
 */
record Candidate(ParityImplementation implementation, Kernels kernels, Kernels inTest, String obstacle) {
    private static final String VECTOR_MODULE = "jdk.incubator.vector";
    /** What helps where there is no Vector API. */
    static final String NO_MODULE = "no vector kernels: run with --add-modules=" + VECTOR_MODULE;

    boolean available() {
        return kernels != null;
    }

    /** Loads it, which runs nothing of it. */
    static Candidate of(ParityImplementation implementation) {
        return switch (implementation) {
            case SCALAR -> of(implementation, ScalarKernels.INSTANCE);
            case JAVA -> of(implementation, new LongKernels());
            case ISAL -> IsaL.available()
                    ? of(implementation, new IsaKernels(new LongKernels()))
                    : unavailable(implementation, IsaL.description());
            case VECTOR128, VECTOR256, VECTOR512 -> hasVectorModule()
                    ? Vectors.candidate(implementation)
                    : unavailable(implementation, NO_MODULE);
        };
    }

    static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    }

    /** The vector implementation of the length that suits this JVM and CPU; the module must be there. */
    static ParityImplementation preferredVector() {
        return Vectors.preferred();
    }

    /** How it stands in a test against the reference. */
    SelfTest.Result test() {
        return SelfTest.run(inTest);
    }

    private static Candidate of(ParityImplementation implementation, Kernels kernels) {
        return new Candidate(implementation, kernels, kernels, null);
    }

    private static Candidate unavailable(ParityImplementation implementation, String obstacle) {
        return new Candidate(implementation, null, null, obstacle);
    }

    /** In a class of its own, so that its types are not looked for where their module is absent. */
    private static final class Vectors {
        static Candidate candidate(ParityImplementation implementation) {
            VectorSpecies<Byte> species = species(implementation);
            if (!VectorCopies.supports(species)) {
                return unavailable(implementation, "the JVM computes on vectors of at most "
                        + ByteVector.SPECIES_MAX.vectorBitSize() + " bits here");
            }
            VectorKernels kernels = VectorCopies.of(species);
            return new Candidate(implementation, kernels, kernels.withLongBlocksFrom(0), null);
        }

        static ParityImplementation preferred() {
            return switch (VectorCopies.preferred().length()) {
                case 64 -> ParityImplementation.VECTOR512;
                case 32 -> ParityImplementation.VECTOR256;
                default -> ParityImplementation.VECTOR128;
            };
        }

        private static VectorSpecies<Byte> species(ParityImplementation implementation) {
            return switch (implementation) {
                case VECTOR512 -> ByteVector.SPECIES_512;
                case VECTOR256 -> ByteVector.SPECIES_256;
                default -> ByteVector.SPECIES_128;
            };
        }
    }
}
