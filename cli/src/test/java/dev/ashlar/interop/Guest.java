package dev.ashlar.interop;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * One run of {@code scripts/vm/guest-run}: a script under a real Linux kernel. Closing it ends the guest; guest-run
 * then removes its own files.
 */
final class Guest implements AutoCloseable {
    private static final int SETUP_FAILED = 3;
    /** Setting up may download a kernel, and guest-run's own limit does not count that. */
    private static final Duration SETUP = Duration.ofMinutes(5);

    private final Child child;
    private final Duration limit;

    private Guest(Child child, Duration limit) {
        this.child = child;
        this.limit = limit;
    }

    /**
     * Boots a guest.
     *
     * @param limit how long it may run, its boot included; it is stopped then
     * @param options options of guest-run, without {@code --timeout}
     * @param script the script of {@code scripts/vm} which the guest runs
     */
    static Guest start(Duration limit, List<String> options, String script, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Tools.script("guest-run").toString());
        command.addAll(List.of("--timeout", Long.toString(limit.toSeconds())));
        command.addAll(options);
        command.addAll(List.of("--script", Tools.script(script).toString()));
        command.addAll(arguments);
        return new Guest(Child.start("the guest", command, Map.of()), limit);
    }

    /** Waits for the end of the script and gives its exit status. Skips the test if no guest can be made here. */
    int await() throws InterruptedException {
        int status = child.await(limit.plus(SETUP));
        Assumptions.assumeTrue(status != SETUP_FAILED, () -> "no guest kernel here: " + said());
        return status;
    }

    /** Waits until the guest has printed exactly this line. */
    void awaitLine(String wanted, Duration timeout) throws InterruptedException {
        child.awaitLine("the line " + wanted, wanted::equals, timeout);
    }

    /** How many lines with this beginning it has printed so far. */
    int count(String beginning) {
        return child.count(line -> line.startsWith(beginning));
    }

    /** All that was printed so far. */
    String said() {
        return child.said();
    }

    @Override
    public void close() {
        child.close();
    }
}
