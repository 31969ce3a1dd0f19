package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class GatesTest {
    @Test
    void aWriteIsNeverInsideAShutGate() throws Exception {
        WriteGate gate = new WriteGate(false);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger violations = new AtomicInteger();
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            writers.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; n < 20_000; n++) {
                    enter(gate);
                    inside.incrementAndGet();
                    inside.decrementAndGet();
                    gate.exit();
                }
            }));
        }
        while (writers.stream().anyMatch(Thread::isAlive)) {
            synchronized (gate) {
                if (gate.tryShut(gate.startedCount()) && inside.get() != 0) {
                    violations.incrementAndGet();
                }
            }
        }
        assertThat(violations).hasValue(0);
        assertThat(gate.quiet()).isTrue();
    }

    private static void enter(WriteGate gate) {
        try {
            gate.enter(() -> {
                synchronized (gate) {
                    gate.open();
                }
            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aWriteThatCannotOpenTheGateIsNotCounted() {
        WriteGate gate = new WriteGate(false);
        assertThatThrownBy(() -> gate.enter(() -> {
            throw new IOException("no");
        })).hasMessage("no");
        assertThat(gate.quiet()).isTrue();
    }

    @Test
    void waitingFlushesShareOneRunThatBeganAfterThem() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch firstRuns = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        FlushGate gate = new FlushGate(() -> {
            if (runs.incrementAndGet() == 1) {
                firstRuns.countDown();
                await(mayEnd);
            }
        });
        Thread first = Thread.ofPlatform().start(() -> flush(gate));
        firstRuns.await();
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(Thread.ofPlatform().start(() -> flush(gate)));
        }
        for (Thread thread : waiting) {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        mayEnd.countDown();
        first.join();
        for (Thread thread : waiting) {
            thread.join();
        }
        assertThat(runs).hasValue(2);
    }

    @Test
    void everyFlushThatWaitedForAFailedRunFails() {
        AtomicReference<IOException> answer = new AtomicReference<>(new IOException("gone"));
        FlushGate gate = new FlushGate(() -> {
            if (answer.get() != null) {
                throw answer.get();
            }
        });
        assertThatThrownBy(gate::flush).isInstanceOf(IOException.class).hasMessage("gone");
        answer.set(null);
        flush(gate);
    }

    private static void flush(FlushGate gate) {
        try {
            gate.flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
