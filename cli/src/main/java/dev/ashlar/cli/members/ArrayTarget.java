package dev.ashlar.cli.members;

import dev.ashlar.cli.control.ControlClient;

/** The array that a verb shall act on. */
public sealed interface ArrayTarget {
    /**
     * Served by a daemon, which does the work.
     *
     * @param daemon speaks to it
     */
    record Served(ControlClient daemon) implements ArrayTarget {}

    /**
     * Served by nobody, so that the verb opens it.
     *
     * @param array its members as found
     */
    record Stopped(FoundArray array) implements ArrayTarget {}
}
