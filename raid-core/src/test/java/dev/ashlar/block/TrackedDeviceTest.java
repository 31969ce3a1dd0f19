package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.testing.BlockDeviceContract;
import dev.ashlar.testing.Extents;
import dev.ashlar.testing.Fault;
import dev.ashlar.testing.FaultDevice;
import dev.ashlar.testing.GateDevice;
import dev.ashlar.testing.Operation;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TrackedDeviceTest extends BlockDeviceContract {
    private static final int PIECE = TrackedDevice.PIECE_BYTES;

    @Override
    protected BlockDevice create(long sizeBytes) {
        TrackedDevice device = new TrackedDevice(new MemoryDevice(sizeBytes));
        device.setMark("contract");
        return device;
    }

    private static String dirty(TrackedDevice device, String mark) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Extents.Extent extent : Extents.list(
                (offset, length, visitor) -> device.dirty(mark, offset, length, visitor), 0, device.sizeBytes())) {
            text.append(extent.length()).append(extent.flags() == TrackedDevice.CHANGED ? "! " : " ");
        }
        return text.toString().strip();
    }

    private static void write(BlockDevice device, long offset, int length) throws IOException {
        device.write(offset, MemorySegment.ofArray(new byte[length]), 0, length, false);
    }

    @Test
    void eachMarkRemembersWhatChangedSinceIt() throws IOException {
        try (TrackedDevice device = new TrackedDevice(new MemoryDevice(10L * PIECE + 5))) {
            write(device, 0, 10);
            device.setMark("a");
            assertThat(dirty(device, "a")).isEqualTo("655365");
            write(device, PIECE - 1, 2);
            device.setMark("b");
            device.trim(10L * PIECE, 5, false);
            device.writeZeroes(5L * PIECE, PIECE, true, false);
            assertThat(dirty(device, "a")).isEqualTo("131072! 196608 65536! 262144 5!");
            assertThat(dirty(device, "b")).isEqualTo("327680 65536! 262144 5!");
            assertThat(device.marks()).containsExactly(
                    new TrackedDevice.Mark("a", 3L * PIECE + 5), new TrackedDevice.Mark("b", PIECE + 5));
            device.setMark("a");
            assertThat(dirty(device, "a")).isEqualTo("655365");
            assertThat(device.removeMark("b")).isTrue();
            assertThat(device.removeMark("b")).isFalse();
            assertThatThrownBy(() -> dirty(device, "b")).isInstanceOf(NoSuchElementException.class)
                    .hasMessageContaining("name=b");
        }
    }

    @Test
    void randomRangesMatchABitSet() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long size = 1000L * PIECE + 77;
        try (TrackedDevice device = new TrackedDevice(new MemoryDevice(size))) {
            device.setMark("m");
            BitSet changed = new BitSet();
            for (int step = 0; step < 200; step++) {
                long length = random.nextLong(step % 10 == 0 ? 200L * PIECE : 3L * PIECE);
                long offset = random.nextLong(size - length + 1);
                device.trim(offset, length, false);
                if (length > 0) {
                    changed.set((int) (offset / PIECE), (int) ((offset + length - 1) / PIECE) + 1);
                }
                long from = random.nextLong(size);
                for (Extents.Extent extent : Extents.list((at, count, visitor) ->
                        device.dirty("m", at, count, visitor), from, random.nextLong(size - from) + 1)) {
                    for (long piece = extent.offset() / PIECE; piece <= (extent.end() - 1) / PIECE; piece++) {
                        assertThat(changed.get((int) piece)).as("seed=%d step=%d piece=%d", seed, step, piece)
                                .isEqualTo(extent.flags() == TrackedDevice.CHANGED);
                    }
                }
            }
        }
    }

    @Test
    void aWriteUnderWayWhenAMarkIsSetCountsAsAfterIt() throws Exception {
        GateDevice gate = new GateDevice(new MemoryDevice(10L * PIECE));
        try (TrackedDevice device = new TrackedDevice(gate);
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            gate.hold(Operation.WRITE);
            Future<?> write = thread.submit(() -> {
                write(device, 3L * PIECE, 1);
                return null;
            });
            gate.awaitHeld(1);
            device.setMark("m");
            gate.release();
            write.get();
            assertThat(dirty(device, "m")).isEqualTo("196608 65536! 393216");
        }
    }

    @Test
    void aWriteIsRememberedBeforeItIsAnsweredAndAlsoWhenItFails() throws Exception {
        FaultDevice faulty = new FaultDevice("faulty", new MemoryDevice(10L * PIECE));
        GateDevice gate = new GateDevice(faulty);
        try (TrackedDevice device = new TrackedDevice(gate);
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            device.setMark("m");
            gate.hold(Operation.WRITE);
            faulty.inject(Fault.on(Operation.WRITE));
            Future<?> write = thread.submit(() -> {
                assertThatThrownBy(() -> write(device, 0, 1)).isInstanceOf(DeviceException.class);
                return null;
            });
            gate.awaitHeld(1);
            assertThat(dirty(device, "m")).isEqualTo("65536! 589824");
            device.setMark("m");
            gate.release();
            write.get();
            assertThat(dirty(device, "m")).isEqualTo("65536! 589824");
        }
    }

    @Test
    void marksAreBoundedAndTheirNamesPlain() {
        TrackedDevice device = (TrackedDevice) device();
        for (int i = 1; i < TrackedDevice.MAX_MARKS; i++) {
            device.setMark("m" + i);
        }
        assertThatThrownBy(() -> device.setMark("more")).isInstanceOf(IllegalStateException.class);
        device.setMark("m1");
        assertThat(device.marks()).hasSize(TrackedDevice.MAX_MARKS);
        for (String name : new String[] {"", "-a", "a b", "a/b", "\u00e4", "a".repeat(65)}) {
            assertThatThrownBy(() -> device.setMark(name)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("name=");
        }
    }
}
