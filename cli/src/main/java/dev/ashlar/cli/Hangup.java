package dev.ashlar.cli;

import dev.ashlar.cli.serve.Daemon;
import java.io.IOException;
import sun.misc.Signal;

/** SIGHUP, which tells a daemon that its configuration has changed. Without this it would end the process. */
final class Hangup {
    private Hangup() {}

    /** Has the daemon read its configuration again with each signal. A process that ignores it, as by nohup, still does. */
    static void reloads(Daemon daemon) {
        Signal.handle(new Signal("HUP"), _ -> Thread.startVirtualThread(() -> reload(daemon)));
    }

    private static void reload(Daemon daemon) {
        try {
            daemon.reload();
        } catch (IOException | RuntimeException _) {
            // The daemon has logged it, and goes on as before.
        }
    }
}
