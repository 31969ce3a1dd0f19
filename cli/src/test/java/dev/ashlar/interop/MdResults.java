package dev.ashlar.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** What {@code scripts/vm/md-steps.sh} found out, read from the directory it wrote. */
final class MdResults {
    private static final Pattern DEVICE = Pattern.compile("(/dev/\\w+):");
    private static final Pattern BITMAP_OF = Pattern.compile(" *Filename : (.*)");

    private final Path directory;
    private final Map<String, Map<String, String>> results = new HashMap<>();

    MdResults(Path directory) throws IOException {
        this.directory = directory;
        for (String line : Files.readAllLines(directory.resolve("results"))) {
            String[] words = line.split(" ", 3);
            results.computeIfAbsent(words[0], _ -> new HashMap<>()).put(words[1], words[2]);
        }
    }

    /**
     * The value of a result.
     *
     * @throws AssertionError with what the kernel and mdadm said, if a step of this array failed or there is no such
     *     result
     */
    String of(String array, String key) {
        Map<String, String> found = results.getOrDefault(array, Map.of());
        if (found.containsKey("error") || !found.containsKey(key)) {
            String failed = found.getOrDefault("error", "none");
            throw new AssertionError(array + ": no " + key + "; failed step: " + failed + "\n" + log(array));
        }
        return found.get(key);
    }

    /** mdadm's reports on the devices of an array, by device. */
    Map<String, ExamineReport> examine(String array) throws IOException {
        return ExamineReport.split(said(array, "examine"), DEVICE);
    }

    /** mdadm's reports on the bitmaps of the devices of an array, by device. */
    Map<String, ExamineReport> examineBitmap(String array) throws IOException {
        return ExamineReport.split(said(array, "examine-bitmap"), BITMAP_OF);
    }

    private String said(String array, String file) throws IOException {
        return Files.readString(directory.resolve(array).resolve(file));
    }

    private String log(String array) {
        try {
            return said(array, "log");
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }
}
