package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class FileSyncTest {
    private static final OpenFile FILE = new OpenFile("image", -1, -1, 4096, false);

    private final AtomicInteger syncs = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();

    @Test
    void flushFailsForGoodOnceItFailed() throws DeviceException {
        FileSync sync = new FileSync(FILE, _ -> syncs.incrementAndGet() == 2 ? -Posix.EIO : 0);
        sync.sync("flush", 0, 4096);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> sync.sync("flush", 0, 4096)).isInstanceOf(DeviceException.class)
                    .hasMessageContaining("image: flush failed").hasMessageContaining("Input/output error");
        }
        assertThat(syncs).hasValue(2);
    }

    @Test
    void flushThatRanOutOfSpaceIsNotAFullDeviceButALoss() {
        FileSync sync = new FileSync(FILE, _ -> -Posix.ENOSPC);
        assertThatThrownBy(() -> sync.sync("flush", 0, 4096)).isExactlyInstanceOf(DeviceException.class);
    }

    @Test
    void failedDurableWriteFailsLaterFlushes() {
        // Descriptor -1 makes the write fail, with EBADF.
        FileSync sync = new FileSync(FILE, _ -> 0);
        assertThatThrownBy(() -> sync.writeDurably(0, 0, 1)).isInstanceOf(DeviceException.class);
        assertThatThrownBy(() -> sync.sync("flush", 0, 4096)).isInstanceOf(DeviceException.class);
    }

    @Test
    void flushesThatWaitTogetherShareOne() throws InterruptedException {
        runFiveDuringAnother(0);
        assertThat(syncs).hasValue(2);
        assertThat(failures).hasValue(0);
    }

    @Test
    void failureOfOneFlushIsSeenByAllThatWaitedForIt() throws InterruptedException {
        runFiveDuringAnother(-Posix.EIO);
        assertThat(syncs).hasValue(1);
        assertThat(failures).hasValue(6);
    }

    /** Starts five flushes while another is under way, then lets that one return {@code result}. */
    private void runFiveDuringAnother(int result) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        FileSync sync = new FileSync(FILE, _ -> {
            if (syncs.incrementAndGet() > 1) {
                return 0;
            }
            begun.countDown();
            awaitUninterrupted(goOn);
            return result;
        });
        List<Thread> threads = new ArrayList<>();
        threads.add(Thread.ofPlatform().start(() -> flush(sync)));
        begun.await();
        for (int i = 0; i < 5; i++) {
            threads.add(Thread.ofPlatform().start(() -> flush(sync)));
        }
        for (Thread thread : threads) {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        goOn.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void flush(FileSync sync) {
        try {
            sync.sync("flush", 0, 4096);
        } catch (DeviceException _) {
            failures.incrementAndGet();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
