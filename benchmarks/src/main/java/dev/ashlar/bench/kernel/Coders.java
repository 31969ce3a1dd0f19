package dev.ashlar.bench.kernel;

import dev.ashlar.raid.parity.IsaL;
import dev.ashlar.raid.parity.Parity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The implementations by name, ours and others'. */
public final class Coders {
    /** What the program runs. */
    public static final String BEST = "best";

    private static final Map<String, Function<Stripes, Coder>> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put(BEST, stripes -> new AshlarCoder(Parity.best(), stripes));
        BY_NAME.put("scalar", stripes -> new AshlarCoder(Parity.scalar(), stripes));
        BY_NAME.put("isal", IsaLCoder::new);
        BY_NAME.put("hadoop", HadoopCoder::new);
    }

    private Coders() {}

    /** What each implementation is, or why it is not to be had here, by the name that parameters use. */
    public static Map<String, String> descriptions() {
        Map<String, String> descriptions = new LinkedHashMap<>();
        descriptions.put(BEST, Parity.best().description());
        descriptions.put("scalar", Parity.scalar().description());
        descriptions.put("isal", IsaL.description());
        descriptions.put("hadoop", HadoopCoder.description());
        return descriptions;
    }

    /** Those of Ashlar. */
    public static List<String> ours() {
        return List.of(BEST, "scalar");
    }

    /** Prepares an implementation for stripes. */
    static Coder of(String name, Stripes stripes) {
        Function<Stripes, Coder> maker = BY_NAME.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("implementation=" + name + " is none of " + BY_NAME.keySet());
        }
        return maker.apply(stripes);
    }
}
