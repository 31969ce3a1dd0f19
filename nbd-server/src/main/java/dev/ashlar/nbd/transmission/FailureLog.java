package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.protocol.Command;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs failures of devices, at most one per second for the whole server; the next line says how many were left out. */
public final class FailureLog {
    private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanoClock;
    private final AtomicLong nextAt;
    private final AtomicLong leftOut = new AtomicLong();

    /** @param nanoClock as {@link System#nanoTime} */
    public FailureLog(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.nextAt = new AtomicLong(nanoClock.getAsLong());
    }

    void deviceFailed(String export, int type, long offsetBytes, long lengthBytes, Throwable failure) {
        if (failure instanceof FencedException || !admits()) {
            return;
        }
        String command = Command.name(type);
        long more = leftOut.getAndSet(0);
        // The stack says nothing about a failing medium, and everything about a defect of ours.
        if (failure instanceof IOException) {
            LOG.warn("export '{}': {} of {} bytes at {}: {} ({} similar left out)", export, command,
                    lengthBytes, offsetBytes, failure.toString(), more);
        } else {
            LOG.error("export '{}': {} of {} bytes at {} ({} similar left out)", export, command,
                    lengthBytes, offsetBytes, more, failure);
        }
    }

    /** Whether a line may be written now; counts the ones that may not. */
    boolean admits() {
        long now = nanoClock.getAsLong();
        long at = nextAt.get();
        if (now - at >= 0 && nextAt.compareAndSet(at, now + INTERVAL_NANOS)) {
            return true;
        }
        leftOut.incrementAndGet();
        return false;
    }

    /** Lines left out since the last one written. */
    long leftOut() {
        return leftOut.get();
    }
}
