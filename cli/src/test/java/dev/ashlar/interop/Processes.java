package dev.ashlar.interop;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Ends child processes so that nothing of a suite outlives it. */
final class Processes {
    private static final int GRACE_SECONDS = 10;

    private Processes() {}

    /** Asks the process to end; after a time of grace kills it, and what is left of its descendants. */
    static void end(Process process) {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(GRACE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
