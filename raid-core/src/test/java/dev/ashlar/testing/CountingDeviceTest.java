package dev.ashlar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.MemoryDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class CountingDeviceTest extends BlockDeviceContract {
    @Override
    protected BlockDevice create(long sizeBytes) {
        return new CountingDevice(new MemoryDevice(sizeBytes));
    }

    @Test
    void callsAndBytesAreCountedByKind() throws IOException {
        MemorySegment buffer = MemorySegment.ofArray(new byte[100]);
        CountingDevice device = new CountingDevice(new MemoryDevice(1000));
        device.read(0, buffer, 0, 10);
        device.read(0, buffer, 0, 5);
        device.write(0, buffer, 0, 100, true);
        device.trim(0, 30, false);
        device.writeZeroes(0, 40, false, true);
        device.flush();
        device.evictCached(0, 1);
        assertThat(device.calls(Operation.READ)).isEqualTo(2);
        assertThat(device.bytes(Operation.READ)).isEqualTo(15);
        assertThat(device.bytes(Operation.WRITE)).isEqualTo(100);
        assertThat(device.bytes(Operation.TRIM)).isEqualTo(30);
        assertThat(device.bytes(Operation.WRITE_ZEROES)).isEqualTo(40);
        assertThat(device.calls(Operation.FLUSH)).isEqualTo(1);
        assertThat(device.fuaCalls()).isEqualTo(2);
        assertThat(device.evictions()).isEqualTo(1);
        device.reset();
        assertThat(device.calls(Operation.READ) + device.bytes(Operation.WRITE) + device.fuaCalls()).isZero();
        device.close();
    }

    @Test
    void failedCallsAreNotCounted() {
        FaultDevice faulty = new FaultDevice("faulty", new MemoryDevice(1000)).inject(Fault.on(Operation.FLUSH));
        CountingDevice device = new CountingDevice(faulty);
        assertThatThrownBy(device::flush).isInstanceOf(DeviceException.class);
        assertThat(device.calls(Operation.FLUSH)).isZero();
    }
}
