package dev.ashlar.bench.kernel;

import dev.ashlar.raid.parity.IsaL;
import dev.ashlar.raid.parity.Parity;
import dev.ashlar.raid.parity.ParityImplementation;
import dev.ashlar.raid.parity.ParityUnavailableException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The implementations by name. Ours are {@link #BEST}, what the program runs, and those of {@link ParityImplementation}
 * by the names that its options have; among them {@code isal}, which is ISA-L as Ashlar uses it. Others are
 * {@link #ISA_L} and {@link #HADOOP}.
 */
public final class Coders {
    /** What the program runs. */
    public static final String BEST = "best";
    /** ISA-L itself, called as its own users call it. */
    public static final String ISA_L = "isa-l";
    /** The coder of Hadoop. */
    public static final String HADOOP = "hadoop";

    private Coders() {}

    /** What each implementation is, or why it is not to be had here, by name. */
    public static Map<String, String> descriptions() {
        Map<String, String> descriptions = new LinkedHashMap<>();
        descriptions.put(BEST, Parity.best().description());
        for (ParityImplementation implementation : ParityImplementation.values()) {
            descriptions.put(implementation.optionName(), description(implementation));
        }
        descriptions.put(ISA_L, IsaL.description());
        descriptions.put(HADOOP, HadoopCoder.description());
        return descriptions;
    }

    private static String description(ParityImplementation implementation) {
        try {
            return Parity.of(implementation).description();
        } catch (ParityUnavailableException e) {
            return e.getMessage();
        }
    }

    /** Those of Ashlar that can be had here. */
    public static List<String> ours() {
        List<String> names = new ArrayList<>(List.of(BEST));
        for (ParityImplementation implementation : ParityImplementation.values()) {
            try {
                Parity.of(implementation);
                names.add(implementation.optionName());
            } catch (ParityUnavailableException _) {
                // The descriptions say so.
            }
        }
        return names;
    }

    /** Prepares an implementation for stripes. */
    static Coder of(String name, Stripes stripes) {
        return switch (name) {
            case ISA_L -> new IsaLCoder(stripes);
            case HADOOP -> new HadoopCoder(stripes);
            default -> new AshlarCoder(parity(name), stripes);
        };
    }

    /** One of {@link #ours}. */
    static Parity parity(String name) {
        return name.equals(BEST) ? Parity.best() : Parity.of(ParityImplementation.parse(name).orElseThrow());
    }
}
