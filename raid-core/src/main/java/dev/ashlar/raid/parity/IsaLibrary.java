package dev.ashlar.raid.parity;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds and loads the library behind {@link IsaL}, once, and links its functions. Loading it runs nothing of it, so
 * that the whole cost of a missing or foreign library is a sentence.
 */
@SuppressWarnings("restricted")
final class IsaLibrary {
    private static final String VARIABLE = "ASHLAR_ISAL";
    private static final String USUAL_NAME = "libisal.so.2";
    private static final List<String> FUNCTIONS = List.of("pq_gen", "pq_check", "xor_gen", "xor_check",
            "ec_init_tables", "ec_encode_data", "ec_encode_data_update", "gf_vect_mad", "gf_vect_mul",
            "gf_vect_mul_init");

    private static final SymbolLookup LOOKUP;
    /** Why there is no library; null if there is one. */
    static final String FAILURE;
    static final String VERSION;
    static final String DESCRIPTION;

    static {
        String named = System.getenv(VARIABLE);
        String library = named == null || named.isEmpty() ? USUAL_NAME : named;
        SymbolLookup lookup = null;
        String failure = null;
        try {
            lookup = library.indexOf('/') >= 0
                    ? SymbolLookup.libraryLookup(Path.of(library), Arena.global())
                    : SymbolLookup.libraryLookup(library, Arena.global());
            failure = missingFrom(lookup, library);
        } catch (RuntimeException | LinkageError e) {
            failure = library == named
                    ? VARIABLE + "=" + named + " cannot be loaded: " + e.getMessage()
                    : library + " is not installed (Debian: libisal2); " + VARIABLE + " may name another";
        }
        LOOKUP = lookup;
        FAILURE = failure;
        String file = failure == null ? loadedFile(library) : "";
        VERSION = failure == null ? version(file) : "";
        DESCRIPTION = "ISA-L" + (VERSION.isEmpty() ? "" : " " + VERSION) + " (" + file + ")";
    }

    private IsaLibrary() {}

    private static String missingFrom(SymbolLookup lookup, String library) {
        return FUNCTIONS.stream()
                .filter(name -> lookup.find(name).isEmpty())
                .findFirst()
                .map(name -> library + " has no function " + name)
                .orElse(null);
    }

    /** The file behind a name, with links resolved, as the process's own map of memory tells it. */
    private static String loadedFile(String library) {
        String name = Path.of(library).getFileName().toString();
        String stem = name.contains(".so") ? name.substring(0, name.indexOf(".so")) : name;
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.indexOf('/') >= 0)
                    .map(line -> line.substring(line.indexOf('/')))
                    .filter(path -> path.substring(path.lastIndexOf('/') + 1).startsWith(stem))
                    .findFirst()
                    .orElse(library);
        } catch (IOException | RuntimeException _) {
            return library;
        }
    }

    /** From 2.32 on the library tells its version; before, the end of its file's name does. */
    private static String version(String file) {
        Optional<MemorySegment> tells = LOOKUP.find("isal_get_version_str");
        if (tells.isPresent()) {
            try {
                MemorySegment text = (MemorySegment) Linker.nativeLinker()
                        .downcallHandle(tells.get(), FunctionDescriptor.of(ValueLayout.ADDRESS))
                        .invokeExact();
                return text.reinterpret(64).getString(0);
            } catch (Throwable _) {
                return "";
            }
        }
        // libisal.so.2.0.30 is 2.30.
        String[] parts = file.substring(file.lastIndexOf('/') + 1).split("\\.");
        return parts.length == 5 && parts[1].equals("so") ? parts[2] + "." + parts[4] : "";
    }

    /** A function that takes ints and then addresses, as longs, and returns an int or nothing. */
    static MethodHandle intsThenAddresses(boolean returnsInt, String name, int ints, int addresses) {
        MemoryLayout[] arguments = new MemoryLayout[ints + addresses];
        Arrays.fill(arguments, 0, ints, ValueLayout.JAVA_INT);
        Arrays.fill(arguments, ints, ints + addresses, ValueLayout.JAVA_LONG);
        return link(name, returnsInt ? FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments)
                : FunctionDescriptor.ofVoid(arguments));
    }

    static MethodHandle byteThenAddress(String name) {
        return link(name, FunctionDescriptor.ofVoid(ValueLayout.JAVA_BYTE, ValueLayout.JAVA_LONG));
    }

    private static MethodHandle link(String name, FunctionDescriptor signature) {
        return Linker.nativeLinker().downcallHandle(LOOKUP.findOrThrow(name), signature);
    }
}
