package dev.ashlar.raid.parity;

import java.io.IOException;
import java.io.InputStream;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector kernels of any length, each from classes of its own.
 *
 * <p><b>Rules for the loops</b> of {@code VectorPqFirst}, {@code VectorPqNext}, {@code VectorSum},
 * {@code VectorSevenBits} and {@code VectorHalfBytes}; measured, and each worth a factor in some process:
 * <ul>
 * <li>The species is a constant of the class. The compiler then knows every type exactly, whatever other species the
 *     process has used. One set of classes is for the length that the JVM prefers; another length gets hidden copies
 *     of the same classes, with their own constants, profiles and compiled code.
 * <li>No vector lives from one turn of a loop to the next, as its type would be taken from profiles that all code of
 *     the process shares.
 * <li>They call the Vector API directly. A method of ours in between may not be inlined, because the caller has become
 *     too large by what it has inlined itself (some 18 000 nodes), and vectors that pass through it are boxed: up to a
 *     hundred times slower.
 * <li>They call those methods of vectors that take vectors and constant species. Methods with a scalar in place of a
 *     vector, and those named {@code reinterpretAs…}, call others on {@code this} from code that all species share.
 * <li>Addresses lose their highest bits, and the loop's counter its sign. Both change nothing, and let the compiler see
 *     that every access lies within {@link Memory#ALL}: no checks, and no loop around the loop to lift them out.
 * <li>Each block of a loop has a local variable of its own, and no loop has another in it.
 * </ul>
 */
final class VectorCopies {
    private VectorCopies() {}

    /** The length that the JVM prefers, but 512 bits only where bytes can be permuted over two registers. */
    static VectorSpecies<Byte> preferred() {
        int preferred = ByteVector.SPECIES_PREFERRED.length();
        if (preferred >= 64 && CpuFlags.has("avx512vbmi")) {
            return ByteVector.SPECIES_512;
        }
        return preferred >= 32 ? ByteVector.SPECIES_256 : ByteVector.SPECIES_128;
    }

    /** Whether the JVM computes on vectors of this length at all. */
    static boolean supports(VectorSpecies<Byte> species) {
        return species.length() <= ByteVector.SPECIES_MAX.length();
    }

    /** The species of a class of kernels: that of the copy, or the preferred one. */
    static VectorSpecies<Byte> speciesOf(MethodHandles.Lookup kernels) {
        try {
            @SuppressWarnings("unchecked")
            VectorSpecies<Byte> ofCopy = MethodHandles.classData(
                    kernels, ConstantDescs.DEFAULT_NAME, VectorSpecies.class);
            return ofCopy != null ? ofCopy : preferred();
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Kernels for a length. Each call for another than the preferred one loads classes anew. */
    static VectorKernels of(VectorSpecies<Byte> species) {
        boolean sevenBits = species.length() == 64;
        if (species.equals(preferred())) {
            return new VectorKernels(species.length(), VectorKernels.LARGE_TILE, new VectorPqFirst(),
                    new VectorPqNext(), new VectorSum(), sevenBits ? new VectorSevenBits() : new VectorHalfBytes());
        }
        return new VectorKernels(species.length(), VectorKernels.LARGE_TILE, copy(VectorPqFirst.class, species),
                copy(VectorPqNext.class, species), copy(VectorSum.class, species),
                copy(sevenBits ? VectorSevenBits.class : VectorHalfBytes.class, species));
    }

    /** An instance of a hidden copy; the compiler cannot name its class, only what it implements. */
    @SuppressWarnings("unchecked")
    private static <T> T copy(Class<?> kernels, VectorSpecies<Byte> species) {
        try (InputStream in = kernels.getResourceAsStream(kernels.getSimpleName() + ".class")) {
            MethodHandles.Lookup hidden = MethodHandles.lookup()
                    .defineHiddenClassWithClassData(in.readAllBytes(), species, true);
            return (T) hidden.lookupClass().getDeclaredConstructor().newInstance();
        } catch (IOException | ReflectiveOperationException e) {
            throw new IllegalStateException("cannot copy " + kernels, e);
        }
    }
}
