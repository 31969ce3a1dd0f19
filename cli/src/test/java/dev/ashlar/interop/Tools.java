package dev.ashlar.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** What the interop suites need from the machine, and where the checkout is. */
final class Tools {
    private static final List<String> GUEST_PROGRAMS =
            List.of("bash", "qemu-system-x86_64", "busybox", "cpio", "depmod", "flock");

    private Tools() {}

    /** Skips the calling test, naming what is missing, unless every program is installed. */
    static void require(String... programs) {
        List<String> missing =
                Arrays.stream(programs).filter(program -> !installed(program)).toList();
        Assumptions.assumeTrue(missing.isEmpty(), () -> "not installed: " + String.join(", ", missing));
    }

    /** Skips the calling test unless a guest can be started in which these programs run. */
    static void requireGuest(String... programs) {
        require(Stream.concat(GUEST_PROGRAMS.stream(), Arrays.stream(programs)).toArray(String[]::new));
    }

    /** The top of the checkout, found upwards from the working directory. */
    static Path checkout() {
        Path start = Path.of("").toAbsolutePath();
        for (Path place = start; place != null; place = place.getParent()) {
            if (Files.isRegularFile(place.resolve("scripts/vm/guest-run"))) {
                return place;
            }
        }
        throw new IllegalStateException("no scripts/vm/guest-run above " + start);
    }

    /** A script of {@code scripts/vm}. */
    static Path script(String name) {
        return checkout().resolve("scripts/vm").resolve(name);
    }

    private static boolean installed(String program) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin";
        return Arrays.stream(path.split(":")).anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }
}
