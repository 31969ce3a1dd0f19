package dev.ashlar.raid.parity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;

/** What Linux says the CPU can do. Elsewhere nothing is known, and every question is answered with no. */
final class CpuFlags {
    private static final Set<String> FLAGS = read(Path.of("/proc/cpuinfo"));

    private CpuFlags() {}

    /** Whether the first CPU has a feature, in Linux's spelling ("avx512vbmi"). */
    static boolean has(String flag) {
        return FLAGS.contains(flag);
    }

    static Set<String> read(Path cpuinfo) {
        try (Stream<String> lines = Files.lines(cpuinfo)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> Set.of(line.substring(line.indexOf(':') + 1).strip().split(" +")))
                    .orElse(Set.of());
        } catch (IOException | RuntimeException e) {
            // Slower kernels are the only consequence, so an unreadable or odd file is not worth failing for.
            return Set.of();
        }
    }
}
