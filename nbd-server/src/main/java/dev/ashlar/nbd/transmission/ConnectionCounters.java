package dev.ashlar.nbd.transmission;

import java.util.concurrent.atomic.AtomicLong;

/** What a connection has done. One thread counts, any thread reads; counting costs a plain store. */
public final class ConnectionCounters {
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong errors = new AtomicLong();
    private final AtomicLong readBytes = new AtomicLong();
    private final AtomicLong writtenBytes = new AtomicLong();

    /** Requests answered, failed ones included. */
    public long requests() {
        return requests.get();
    }

    /** Requests answered with an error. */
    public long errors() {
        return errors.get();
    }

    /** Payload sent. */
    public long readBytes() {
        return readBytes.get();
    }

    /** Payload taken. */
    public long writtenBytes() {
        return writtenBytes.get();
    }

    void request() {
        add(requests, 1);
    }

    void error() {
        add(errors, 1);
    }

    void read(long bytes) {
        add(readBytes, bytes);
    }

    void written(long bytes) {
        add(writtenBytes, bytes);
    }

    private static void add(AtomicLong counter, long amount) {
        counter.setRelease(counter.getPlain() + amount);
    }
}
