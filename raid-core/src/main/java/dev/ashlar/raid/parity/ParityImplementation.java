package dev.ashlar.raid.parity;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

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

    private static final String AUTO = "auto";

    /** As it is spelt in options and listings: lower case. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * What an option says: an implementation, or nothing for {@code auto}, which leaves the choice to us.
     *
     * @throws IllegalArgumentException that lists the names, if it is none of them
     */
    public static Optional<ParityImplementation> parse(String option) {
        if (option.equals(AUTO)) {
            return Optional.empty();
        }
        return Optional.of(Arrays.stream(values())
                .filter(each -> each.optionName().equals(option))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("parity=" + option + " is none of auto, "
                        + Arrays.stream(values()).map(ParityImplementation::optionName)
                                .collect(Collectors.joining(", ")))));
    }
}
