package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.NbdError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs every answered request of one connection. By one thread at a time. */
public final class RequestLog {
    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);

    private final long connection;
    private final String export;

    /**
     * @param connection its number
     * @param export the name of what it uses
     */
    public RequestLog(long connection, String export) {
        this.connection = connection;
        this.export = export;
    }

    /**
     * Logs a request.
     *
     * @param error what it is answered with, null for success
     * @param nanos from its arrival to its answer
     */
    void answered(int command, long offsetBytes, long lengthBytes, NbdError error, long nanos) {
        LOG.info("connection {} of '{}': {} offset={} length={}{} micros={}", connection, export, Command.name(command),
                Long.toUnsignedString(offsetBytes), Long.toUnsignedString(lengthBytes),
                error == null ? "" : " error=" + error, nanos / 1000);
    }
}
