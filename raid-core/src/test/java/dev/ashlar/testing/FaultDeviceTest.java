package dev.ashlar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.DeviceShrunkException;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.block.NoSpaceException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class FaultDeviceTest extends BlockDeviceContract {
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[1000]);
    private final FaultDevice device = new FaultDevice("disk3", new MemoryDevice(100_000));

    @Override
    protected BlockDevice create(long sizeBytes) {
        return new FaultDevice("healthy", new MemoryDevice(sizeBytes));
    }

    @Test
    void onlyTheChosenCallsFail() throws IOException {
        device.inject(Fault.on(Operation.READ).after(1).times(2));
        device.read(0, buffer, 0, 1);
        assertThatThrownBy(() -> device.read(0, buffer, 0, 1)).isInstanceOf(DeviceException.class)
                .hasMessageContaining("disk3: read failed");
        device.write(0, buffer, 0, 1, false);
        assertThatThrownBy(() -> device.read(0, buffer, 0, 1)).isInstanceOf(DeviceException.class);
        device.read(0, buffer, 0, 1);
        assertThat(device.failures()).isEqualTo(2);
    }

    @Test
    void onlyTheChosenRangeFails() throws IOException {
        device.inject(Fault.on(Operation.WRITE).in(512, 512).withNoSpace());
        device.write(0, buffer, 0, 512, false);
        device.write(1024, buffer, 0, 1, false);
        assertThatThrownBy(() -> device.write(0, buffer, 0, 513, false)).isInstanceOf(NoSpaceException.class);
        assertThatThrownBy(() -> device.write(1023, buffer, 0, 1, false)).isInstanceOf(NoSpaceException.class);
    }

    @Test
    void failedWriteLeavesOldContentOrTheChosenPrefix() throws IOException {
        device.inject(Fault.on(Operation.WRITE).once().applying(100)).inject(Fault.on(Operation.WRITE).after(1));
        buffer.fill((byte) 9);
        assertThatThrownBy(() -> device.write(0, buffer, 0, 1000, false)).isInstanceOf(DeviceException.class);
        assertThatThrownBy(() -> device.write(2000, buffer, 0, 1000, false)).isInstanceOf(DeviceException.class);
        byte[] bytes = new byte[3000];
        device.read(0, MemorySegment.ofArray(bytes), 0, 3000);
        for (int i = 0; i < bytes.length; i++) {
            assertThat(bytes[i]).as("byte %d", i).isEqualTo((byte) (i < 100 ? 9 : 0));
        }
    }

    @Test
    void flushFailsForGoodOnceItFailed() throws IOException {
        device.inject(Fault.on(Operation.FLUSH).once());
        assertThatThrownBy(device::flush).isInstanceOf(DeviceException.class);
        assertThatThrownBy(device::flush).isInstanceOf(DeviceException.class);
        device.heal();
        device.flush();
    }

    @Test
    void deadDeviceFailsEveryCallUntilHealed() throws IOException {
        device.kill();
        assertThatThrownBy(() -> device.read(0, buffer, 0, 1)).isInstanceOf(DeviceException.class);
        assertThatThrownBy(() -> device.write(0, buffer, 0, 1, false)).isInstanceOf(DeviceException.class);
        assertThatThrownBy(() -> device.trim(0, 1, false)).isInstanceOf(DeviceException.class);
        assertThatThrownBy(() -> device.writeZeroes(0, 1, true, false)).isInstanceOf(DeviceException.class);
        assertThatThrownBy(device::flush).isInstanceOf(DeviceException.class);
        device.heal();
        device.flush();
    }

    @Test
    void shrunkDeviceFailsBeyondItsEnd() throws IOException {
        device.shrinkTo(50_000);
        device.read(49_000, buffer, 0, 1000);
        assertThatThrownBy(() -> device.read(49_001, buffer, 0, 1000)).isInstanceOf(DeviceShrunkException.class);
    }

    @Test
    void randomFaultsAreTheSameForTheSameSeed() {
        String first = randomOutcome(7);
        assertThat(randomOutcome(7)).isEqualTo(first).contains("x").contains(".");
        assertThat(randomOutcome(8)).isNotEqualTo(first);
    }

    private String randomOutcome(long seed) {
        FaultDevice random = new FaultDevice("random", new MemoryDevice(1000)).failRandomly(seed, 300);
        StringBuilder outcome = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            try {
                random.read(0, buffer, 0, 1);
                outcome.append('.');
            } catch (IOException _) {
                outcome.append('x');
            }
        }
        return outcome.toString();
    }
}
