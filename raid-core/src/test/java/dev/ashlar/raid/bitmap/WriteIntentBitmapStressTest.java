package dev.ashlar.raid.bitmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Writers and sweeps at the same time, on few bits so that they meet. */
class WriteIntentBitmapStressTest {
    private static final int CHUNK = 512;
    private static final int BITS = 24;
    private static final int WRITERS = 4;
    private static final int WRITES = 20_000;

    @Test
    @Timeout(120)
    void markIsOnDiskUnderEveryWriteWhileSweepsRun() throws Exception {
        BitmapHeader header = BitmapHeader.fresh(new UUID(1, 2), BITS, CHUNK);
        DiskStore store = new DiskStore(header.lengthBytes());
        WriteIntentBitmap bitmap = WriteIntentBitmap.create(header, false, store);
        bitmap.rewriteAll();
        AtomicIntegerArray under = new AtomicIntegerArray(BITS);
        store.watch((_, written) -> {
            for (int bit = 0; bit < BITS; bit++) {
                boolean zero = !BitmapImage.isSet(written, bit);
                assertThat(zero && under.get(bit) > 0).as("bit %d cleared under a write", bit).isFalse();
            }
        });

        long cleared = 0;
        try (ExecutorService executor = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<Void>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                writers.add(executor.submit(writer(bitmap, under, writer)));
            }
            while (!writers.stream().allMatch(Future::isDone)) {
                cleared += bitmap.sweep(true, 1, () -> { });
            }
            for (Future<Void> writer : writers) {
                writer.get();
            }
        }
        cleared += bitmap.clearAllIdle(true, 1, () -> { });
        assertThat(cleared).as("sweeps met writers").isGreaterThan(BITS);
        assertThat(bitmap.setBits()).isZero();
        assertThat(bitmap.anyPending()).isFalse();
        assertThat(store.isSet(0)).isFalse();
    }

    private static Callable<Void> writer(WriteIntentBitmap bitmap, AtomicIntegerArray under, int seed) {
        return () -> {
            Random random = new Random(seed);
            for (int i = 0; i < WRITES; i++) {
                int first = random.nextInt(BITS - 2);
                int count = 1 + random.nextInt(3);
                bitmap.startWrite((long) first * CHUNK, (long) count * CHUNK);
                for (int bit = first; bit < first + count; bit++) {
                    under.incrementAndGet(bit);
                }
                for (int bit = first; bit < first + count; bit++) {
                    assertThat(bitmap.isSet((long) bit * CHUNK, 1)).isTrue();
                }
                for (int bit = first; bit < first + count; bit++) {
                    under.decrementAndGet(bit);
                }
                bitmap.endWrite((long) first * CHUNK, (long) count * CHUNK, false);
            }
            return null;
        };
    }
}
