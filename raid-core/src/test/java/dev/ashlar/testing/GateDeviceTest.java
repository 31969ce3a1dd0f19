package dev.ashlar.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.MemoryDevice;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class GateDeviceTest extends BlockDeviceContract {
    @Override
    protected BlockDevice create(long sizeBytes) {
        return new GateDevice(new MemoryDevice(sizeBytes));
    }

    @Test
    void heldWritesReachTheDeviceWhenReleased() throws Exception {
        CountingDevice below = new CountingDevice(new MemoryDevice(1000));
        GateDevice device = new GateDevice(below);
        device.hold(Operation.WRITE);
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            Future<?>[] writes = new Future<?>[3];
            for (int i = 0; i < writes.length; i++) {
                int value = i;
                writes[i] = pool.submit(() -> {
                    device.write(value, MemorySegment.ofArray(new byte[] {1}), 0, 1, false);
                    return null;
                });
            }
            device.awaitHeld(3);
            device.flush();
            assertThat(below.calls(Operation.WRITE)).isZero();
            assertThat(below.calls(Operation.FLUSH)).isEqualTo(1);
            device.release();
            for (Future<?> write : writes) {
                write.get();
            }
            assertThat(below.calls(Operation.WRITE)).isEqualTo(3);
        }
    }

    @Test
    void someCallsPassWhileOthersWait() throws Exception {
        GateDevice device = new GateDevice(new MemoryDevice(1000));
        device.hold(Operation.FLUSH);
        device.releaseSome(1);
        device.flush();
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Future<?> second = pool.submit(() -> {
                device.flush();
                return null;
            });
            device.awaitHeld(1);
            assertThat(second).isNotDone();
            device.releaseSome(1);
            second.get();
        }
    }
}
