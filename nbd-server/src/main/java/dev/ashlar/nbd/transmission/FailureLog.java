package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.log.LogGate;
import dev.ashlar.nbd.protocol.Command;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs failures of devices, sparingly for the whole server. */
public final class FailureLog {
    private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);

    private final LogGate gate;

    /** @param nanoClock as {@link System#nanoTime} */
    public FailureLog(LongSupplier nanoClock) {
        this.gate = new LogGate(nanoClock);
    }

    void deviceFailed(String export, int type, long offsetBytes, long lengthBytes, Throwable failure) {
        String end = failure instanceof FencedException ? null : gate.pass();
        if (end == null) {
            return;
        }
        String command = Command.name(type);
        // The stack says nothing about a failing medium, and everything about a defect of ours.
        if (failure instanceof IOException && failure.getMessage() != null) {
            LOG.warn("export '{}': {} of {} bytes at {}: {}{}", export, command, lengthBytes, offsetBytes,
                    failure.getMessage(), end);
        } else {
            LOG.error("export '{}': {} of {} bytes at {}{}", export, command, lengthBytes, offsetBytes, end, failure);
        }
    }
}
