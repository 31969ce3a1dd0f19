package dev.ashlar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.MemoryDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PowerCutDeviceTest extends BlockDeviceContract {
    private static final int SIZE = 64 << 10;

    private final PowerCutDevice device = disk(new Power());

    @Override
    protected BlockDevice create(long sizeBytes) throws IOException {
        return new PowerCutDevice("disk", sizeBytes);
    }

    private static PowerCutDevice disk(Power power) {
        try {
            return new PowerCutDevice("disk", new MemoryDevice(SIZE), power);
        } catch (DeviceException e) {
            throw new AssertionError(e);
        }
    }

    private static void write(BlockDevice device, long offset, int length, int value, boolean fua)
            throws IOException {
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) value);
        device.write(offset, MemorySegment.ofArray(data), 0, length, fua);
    }

    private static byte[] read(BlockDevice device, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        device.read(offset, MemorySegment.ofArray(bytes), 0, length);
        return bytes;
    }

    @Test
    void flushedWritesSurviveEveryCut() throws IOException {
        write(device, 0, 4096, 1, false);
        device.flush();
        write(device, 8192, 4096, 2, false);
        for (long seed = 0; seed < 100; seed++) {
            try (MemoryDevice left = device.cut(seed)) {
                assertThat(read(left, 0, 4096)).as("seed=%d", seed).containsOnly(1);
            }
        }
    }

    @Test
    void durableWriteSurvivesOverAnOlderUnflushedOne() throws IOException {
        write(device, 0, 4096, 1, false);
        write(device, 1024, 1024, 2, true);
        for (long seed = 0; seed < 100; seed++) {
            try (MemoryDevice left = device.cut(seed)) {
                assertThat(read(left, 1024, 1024)).as("seed=%d", seed).containsOnly(2);
            }
        }
        try (MemoryDevice left = device.cutLosingAll()) {
            assertThat(read(left, 0, 1024)).containsOnly(0);
            assertThat(read(left, 1024, 1024)).containsOnly(2);
        }
    }

    @Test
    void cutsShowEveryMixOfUnflushedWrites() throws IOException {
        write(device, 0, 512, 1, false);
        write(device, 512, 512, 2, false);
        Set<String> seen = new HashSet<>();
        for (long seed = 0; seed < 300; seed++) {
            try (MemoryDevice left = device.cut(seed)) {
                seen.add(read(left, 0, 1)[0] + "," + read(left, 512, 1)[0]);
            }
        }
        assertThat(seen).containsExactlyInAnyOrder("0,0", "1,0", "0,2", "1,2");
    }

    @Test
    void writesTearBetweenSectorsAndNeverInside() throws IOException {
        write(device, 256, 4096, 5, false);
        boolean torn = false;
        for (long seed = 0; seed < 300; seed++) {
            try (MemoryDevice left = device.cut(seed)) {
                byte[] bytes = read(left, 0, 8192);
                Set<Byte> sectors = new HashSet<>();
                for (int i = 256; i < 256 + 4096; i++) {
                    assertThat(bytes[i]).as("seed=%d byte=%d", seed, i).isEqualTo(bytes[Math.max(256, i & -512)]);
                    sectors.add(bytes[i]);
                }
                torn |= sectors.size() == 2;
            }
        }
        assertThat(torn).isTrue();
    }

    @Test
    void sameSeedLeavesTheSame() throws IOException {
        for (int i = 0; i < 20; i++) {
            write(device, i * 1500L, 3000, i + 1, i % 5 == 0);
        }
        for (long seed = 0; seed < 20; seed++) {
            try (MemoryDevice once = device.cut(seed); MemoryDevice again = device.cut(seed)) {
                assertThat(read(once, 0, SIZE)).isEqualTo(read(again, 0, SIZE));
            }
        }
    }

    @Test
    void failedFlushLosesDataForGoodThoughItIsStillRead() throws IOException {
        write(device, 0, 32768, 3, false);
        device.failNextFlush(1);
        assertThatThrownBy(device::flush).isInstanceOf(DeviceException.class);
        assertThat(read(device, 0, 32768)).containsOnly(3);
        assertThatThrownBy(device::flush).isInstanceOf(DeviceException.class);
        assertThat(device.unflushedChanges()).isZero();
        byte[] left;
        try (MemoryDevice cut = device.cut(0)) {
            left = read(cut, 0, 32768);
        }
        device.evictCached(0, 32768);
        assertThat(read(device, 0, 32768)).isEqualTo(left);
    }

    @Test
    void powerFailsForAllDisksInTheChosenCall() throws IOException {
        Power power = new Power();
        PowerCutDevice first = disk(power);
        PowerCutDevice second = disk(power);
        power.failAfter(2);
        write(first, 0, 512, 1, true);
        write(second, 0, 512, 1, true);
        assertThatThrownBy(() -> write(first, 0, 512, 2, true)).hasMessageContaining("power is off");
        assertThatThrownBy(second::flush).hasMessageContaining("power is off");
        assertThatThrownBy(() -> read(second, 0, 1)).hasMessageContaining("power is off");
        assertThat(power.calls()).isEqualTo(2);
        assertThat(power.isOff()).isTrue();
        Set<Byte> seen = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            try (MemoryDevice left = first.cut(seed)) {
                seen.add(read(left, 0, 1)[0]);
            }
        }
        assertThat(seen).containsExactlyInAnyOrder((byte) 1, (byte) 2);
    }

    @Test
    void closingFlushesNothing() throws IOException {
        write(device, 0, 512, 1, false);
        device.close();
        try (MemoryDevice left = device.cutLosingAll()) {
            assertThat(read(left, 0, 512)).containsOnly(0);
        }
        assertThat(device.unflushedChanges()).isEqualTo(1);
    }
}
