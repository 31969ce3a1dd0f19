package dev.ashlar.cli.demo;

import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code ashlar serve} in a process of its own, as a user would run it. */
final class ServeProcess implements AutoCloseable {
    private static final long STOP_SECONDS = 60;

    private final Process process;
    private final Path log;
    private final Thread onSignal;
    private final List<String> uris = new ArrayList<>();

    private ServeProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        onSignal = new Thread(process::destroy, "end-serve");
        Runtime.getRuntime().addShutdownHook(onSignal);
    }

    /**
     * Starts it and waits until it says where it serves.
     *
     * @param launcher the command {@code ashlar}
     * @param log takes its standard error
     * @param uriCount how many URIs it will print
     */
    static ServeProcess start(Path launcher, List<String> arguments, Path log, int uriCount) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(launcher.toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().put("ASHLAR_NO_BUILD", "1");
        ServeProcess serve = new ServeProcess(builder.start(), log);
        BufferedReader lines = serve.process.inputReader();
        while (serve.uris.size() < uriCount) {
            String line = lines.readLine();
            if (line == null) {
                throw new CommandFailure(ExitCode.IO_ERROR, "ashlar serve ended early: " + serve.lastWords());
            }
            serve.uris.add(line);
        }
        return serve;
    }

    /** Where it serves, as it printed them. */
    List<String> uris() {
        return List.copyOf(uris);
    }

    /** Waits for its end after it was told to stop; its exit code. */
    int awaitExit() throws IOException, InterruptedException {
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new CommandFailure(ExitCode.IO_ERROR, "ashlar serve did not end: " + lastWords());
        }
        return process.exitValue();
    }

    private String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.isEmpty() ? "it said nothing" : lines.getLast();
    }

    /** Ends it with SIGTERM, and by force when that takes too long. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IllegalStateException _) {
            // The hook runs already.
            return;
        }
    }
}
