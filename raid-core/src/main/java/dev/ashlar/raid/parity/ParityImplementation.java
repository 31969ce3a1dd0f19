package dev.ashlar.raid.parity;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The ways to compute parity; all give the same bytes. */
public enum ParityImplementation {
    /** The reference: byte by byte, from the formulas. Works everywhere, slowly. */
    SCALAR,
    /** Plain Java that the compiler vectorises. Works everywhere. */
    JAVA,
    /** Vectors of 128 bits, by the JDK's incubator module {@code jdk.incubator.vector}. */
    VECTOR128,
    /** Vectors of 256 bits, by the same module. */
    VECTOR256,
    /** Vectors of 512 bits, by the same module; x86 with AVX-512 VBMI. */
    VECTOR512,
    /** Intel's ISA-L, a native library, where it is installed ({@link IsaL}). */
    ISAL;

    /** As it is spelt in options and listings: lower case. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one with an option's name. */
    public static Optional<ParityImplementation> named(String optionName) {
        return Arrays.stream(values()).filter(each -> each.optionName().equals(optionName)).findFirst();
    }
}
