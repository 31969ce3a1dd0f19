package dev.ashlar.raid.array;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Group commit of flushes: all that wait share the one that began after the last of them arrived.
 *
 * <p>Invariant: {@link #flush} returns normally only after a run of the flusher that began after the call did and did not
 * throw.
 */
final class FlushGate {
    /** Makes everything written so far durable. */
    @FunctionalInterface
    interface Flusher {
        void flush() throws IOException;
    }

    private final Flusher flusher;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private long arrived;
    private long begun;
    private long done;
    private long failedAt;
    private IOException failure;
    private boolean running;

    FlushGate(Flusher flusher) {
        this.flusher = flusher;
    }

    void flush() throws IOException {
        lock.lock();
        try {
            long ticket = ++arrived;
            while (done < ticket) {
                if (running) {
                    ended.awaitUninterruptibly();
                } else {
                    run();
                }
            }
            if (ticket <= failedAt) {
                throw new IOException(failure.getMessage(), failure);
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        running = true;
        begun = arrived;
        IOException thrown = null;
        lock.unlock();
        try {
            flusher.flush();
        } catch (IOException e) {
            thrown = e;
        } catch (RuntimeException | Error e) {
            thrown = new IOException(e);
        } finally {
            lock.lock();
            running = false;
            if (thrown != null) {
                failure = thrown;
                failedAt = begun;
            }
            done = begun;
            ended.signalAll();
        }
    }
}
