package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.testing.BlockDeviceContract;
import dev.ashlar.testing.CountingDevice;
import dev.ashlar.testing.Extents;
import dev.ashlar.testing.Fault;
import dev.ashlar.testing.FaultDevice;
import dev.ashlar.testing.GateDevice;
import dev.ashlar.testing.Operation;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OverlayDeviceTest extends BlockDeviceContract {
    private static final int BLOCK = OverlayDevice.BLOCK_BYTES;

    @Override
    protected BlockDevice create(long sizeBytes) throws IOException {
        return OverlayDevice.open(new MemoryDevice(sizeBytes), directory);
    }

    private static MemorySegment filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return MemorySegment.ofArray(bytes);
    }

    private static byte[] read(BlockDevice device, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        device.read(offset, MemorySegment.ofArray(bytes), 0, length);
        return bytes;
    }

    @Test
    void nothingReachesTheDeviceBelowAndNoFileStays() throws IOException {
        try (MemoryDevice below = new MemoryDevice(1 << 20)) {
            below.write(0, filled(1 << 20, 7), 0, 1 << 20, false);
            OverlayDevice one = OverlayDevice.open(below, directory);
            try (OverlayDevice two = OverlayDevice.open(below, directory)) {
                one.write(100, filled(10, 1), 0, 10, true);
                one.writeZeroes(BLOCK, BLOCK, true, true);
                one.trim(0, 1 << 20, true);
                one.flush();
                assertThat(read(two, 0, 1 << 20)).containsOnly(7);
                try (Stream<Path> files = Files.list(directory)) {
                    assertThat(files.filter(file -> file.getFileName().toString().contains("overlay"))).isEmpty();
                }
                one.close();
                assertThat(read(below, 0, 1 << 20)).containsOnly(7);
                assertThat(read(two, 0, 1 << 20)).containsOnly(7);
            }
        }
    }

    @Test
    void aReadOnlyDeviceCanBeWrittenInAView() throws IOException {
        Path image = Files.write(directory.resolve("ro"), new byte[3 * BLOCK]);
        try (BlockDevice below = FileDevice.open(image, OpenMode.READ_ONLY);
                OverlayDevice view = OverlayDevice.open(below, directory)) {
            assertThat(view.readOnly()).isFalse();
            view.write(BLOCK - 1, filled(2, 5), 0, 2, false);
            assertThat(read(view, BLOCK - 2, 4)).containsExactly(0, 5, 5, 0);
        }
        assertThat(Files.readAllBytes(image)).containsOnly(0);
    }

    @Test
    void extentsAreThoseOfWhereTheBytesLie() throws IOException {
        try (MemoryDevice below = new MemoryDevice(1 << 20); OverlayDevice view = OverlayDevice.open(below, directory)) {
            view.write(2 * BLOCK, filled(BLOCK, 1), 0, BLOCK, false);
            assertThat(Extents.of(view, 0, 1 << 20)).isEqualTo("8192:hole 4096:data 1036288:hole");
            assertThat(view.isHole(0, 2 * BLOCK)).isTrue();
            assertThat(view.isHole(BLOCK, 2 * BLOCK)).isFalse();
            assertThat(view.isHole(3 * BLOCK, BLOCK)).isTrue();
            int[] calls = {0};
            view.extents(0, 1 << 20, (_, _) -> ++calls[0] < 2);
            assertThat(calls[0]).isEqualTo(2);
        }
    }

    @Test
    void wholeBlocksAreNotReadFromBelow() throws IOException {
        try (CountingDevice below = new CountingDevice(new MemoryDevice(1 << 20));
                OverlayDevice view = OverlayDevice.open(below, directory)) {
            view.write(0, filled(3 * BLOCK, 1), 0, 3 * BLOCK, false);
            view.write(5, filled(10, 2), 0, 10, false);
            assertThat(below.calls(Operation.READ)).isZero();
            view.write(3 * BLOCK + 5, filled(10, 2), 0, 10, false);
            assertThat(below.calls(Operation.READ)).isEqualTo(1);
        }
    }

    /** Who takes the rest of a block from below must not take back what another thread writes to it meanwhile. */
    @Test
    void aBlockThatIsTakenFromBelowKeepsWhatIsWrittenMeanwhile() throws Exception {
        try (GateDevice below = new GateDevice(new MemoryDevice(BLOCK));
                OverlayDevice view = OverlayDevice.open(below, directory)) {
            below.hold(Operation.READ);
            Thread part = writer(view, filled(BLOCK / 2, 1));
            below.awaitHeld(1);
            Thread whole = writer(view, filled(BLOCK, 2));
            while (whole.getState() != Thread.State.WAITING && whole.getState() != Thread.State.TERMINATED) {
                Thread.onSpinWait();
            }
            below.release();
            part.join();
            whole.join();
            assertThat(Arrays.copyOfRange(read(view, 0, BLOCK), BLOCK / 2, BLOCK)).containsOnly(2);
        }
    }

    private static Thread writer(BlockDevice device, MemorySegment bytes) {
        return Thread.ofPlatform().start(() -> {
            try {
                device.write(0, bytes, 0, bytes.byteSize(), false);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void aFullDiskFailsTheWriteAndLosesNothing() throws IOException {
        FaultDevice file = new FaultDevice("overlay", new MemoryDevice(4 * BLOCK));
        try (MemoryDevice below = new MemoryDevice(4 * BLOCK); OverlayDevice view = OverlayDevice.over(below, file)) {
            below.write(0, filled(4 * BLOCK, 7), 0, 4 * BLOCK, false);
            view.write(0, filled(BLOCK, 1), 0, BLOCK, false);
            file.inject(Fault.on(Operation.WRITE).withNoSpace());
            assertThatThrownBy(() -> view.write(BLOCK, filled(2 * BLOCK, 2), 0, 2 * BLOCK, false))
                    .isInstanceOf(NoSpaceException.class);
            assertThatThrownBy(() -> view.write(3 * BLOCK + 1, filled(1, 2), 0, 1, false))
                    .isInstanceOf(NoSpaceException.class);
            assertThat(read(view, 0, BLOCK)).containsOnly(1);
            assertThat(read(view, BLOCK, 3 * BLOCK)).containsOnly(7);
            file.heal();
            view.write(3 * BLOCK + 1, filled(1, 2), 0, 1, false);
            assertThat(read(view, 3 * BLOCK, 3)).containsExactly(7, 2, 7);
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() throws IOException {
        try (MemoryDevice below = new MemoryDevice(BLOCK)) {
            assertThatThrownBy(() -> OverlayDevice.open(below, directory.resolve("none")))
                    .isInstanceOf(DeviceException.class).hasMessageContaining("none");
        }
    }

    @Test
    void wordsAtBothEndsOfAPageOfTheMapAreRight() {
        OverlayMap map = new OverlayMap(100_000);
        map.set(32_760, 32_776);
        map.set(99_999, 100_000);
        assertThat(map.runEnd(0, 100_000)).isEqualTo(32_760);
        assertThat(map.runEnd(32_760, 100_000)).isEqualTo(32_776);
        assertThat(map.runEnd(32_776, 100_000)).isEqualTo(99_999);
        assertThat(map.runEnd(99_999, 100_000)).isEqualTo(100_000);
        assertThat(map.runEnd(32_765, 32_770)).isEqualTo(32_770);
        assertThat(map.isSet(32_759)).isFalse();
    }
}
