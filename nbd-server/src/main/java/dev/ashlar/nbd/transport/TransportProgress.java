package dev.ashlar.nbd.transport;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What has passed through a socket, and what is waited for there. The receiving and the sending thread write each its
 * own part, with stores that cost nothing; any thread reads.
 */
public final class TransportProgress {
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong processed = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicBoolean receiving = new AtomicBoolean();
    private final AtomicBoolean sending = new AtomicBoolean();

    /** Bytes received so far. */
    public long receivedBytes() {
        return received.getAcquire();
    }

    /**
     * Bytes after which the receiving thread has come back for more. Whatever it did about them before it came, the
     * reader of this number sees.
     */
    public long processedBytes() {
        return processed.getAcquire();
    }

    /** Bytes sent so far, which the peer need not have taken yet. */
    public long sentBytes() {
        return sent.getAcquire();
    }

    /** Whether a thread waits for bytes. */
    public boolean receiving() {
        return receiving.getOpaque();
    }

    /** Whether a thread waits for the peer to take bytes. */
    public boolean sending() {
        return sending.getOpaque();
    }

    void beginReceive() {
        processed.setRelease(received.getPlain());
        receiving.setOpaque(true);
    }

    void endReceive() {
        receiving.setOpaque(false);
    }

    void received(long bytes) {
        received.setRelease(received.getPlain() + bytes);
    }

    void beginSend() {
        sending.setOpaque(true);
    }

    void endSend() {
        sending.setOpaque(false);
    }

    void sent(long bytes) {
        sent.setRelease(sent.getPlain() + bytes);
    }
}
