package dev.ashlar.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The list of steps that {@code scripts/vm/md-steps.sh} takes arrays through; that script explains each. */
final class MdSteps {
    private final List<String> steps = new ArrayList<>();

    MdSteps array(String name, List<String> devices) {
        return step("array " + name + " " + String.join(" ", devices));
    }

    MdSteps step(String words) {
        steps.add(words);
        return this;
    }

    void write(Path file) throws IOException {
        Files.write(file, steps);
    }
}
