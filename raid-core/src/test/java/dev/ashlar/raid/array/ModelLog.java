package dev.ashlar.raid.array;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the arrays of thousands of sequences from logging what they live through, until it is closed. */
final class ModelLog implements AutoCloseable {
    private final Logger log = (Logger) LoggerFactory.getLogger("dev.ashlar.raid");
    private final Level before = log.getLevel();

    ModelLog() {
        log.setLevel(Level.OFF);
    }

    @Override
    public void close() {
        log.setLevel(before);
    }
}
