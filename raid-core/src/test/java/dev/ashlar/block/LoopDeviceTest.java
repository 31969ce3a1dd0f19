package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.testing.BlockDeviceContract;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A block device of the kernel with sectors of 4096 bytes. Needs root and a free loop device; else it is skipped. */
class LoopDeviceTest extends BlockDeviceContract {
    private Path loop;

    @Override
    protected BlockDevice create(long sizeBytes) throws IOException {
        Path image = directory.resolve("backing.img");
        Devices.createImage(image, sizeBytes + 4095 & -4096, false);
        String name = run("losetup", "--find", "--show", "--sector-size", "4096", image.toString());
        assumeTrue(name.startsWith("/dev/loop"), "no loop device can be set up, which takes root");
        loop = Path.of(name);
        return Devices.open(loop, OpenMode.READ_WRITE);
    }

    @AfterEach
    void detach() throws IOException {
        if (loop != null) {
            run("losetup", "--detach", loop.toString());
        }
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    @Test
    void blockDeviceIsClaimedForOneOpening() throws IOException {
        for (OpenMode mode : new OpenMode[] {OpenMode.READ_WRITE, OpenMode.READ_ONLY}) {
            assertThatThrownBy(() -> Devices.open(loop, mode)).isInstanceOf(DeviceBusyException.class)
                    .hasMessageContaining(loop.toString());
        }
        try (BlockDevice examined = Devices.open(loop, OpenMode.EXAMINE)) {
            assertThat(examined).isInstanceOf(FileDevice.class);
            assertThat(examined.readOnly()).isTrue();
        }
    }

    @Test
    void zeroingPartsOfSectorsSparesTheNeighbours() throws IOException {
        try (BlockDevice device = reopened()) {
            byte[] expected = new byte[65536];
            Arrays.fill(expected, (byte) 7);
            device.write(0, MemorySegment.ofArray(expected), 0, expected.length, false);
            device.writeZeroes(1001, 20_000, true, true);
            device.writeZeroes(30_001, 20_000, false, true);
            Arrays.fill(expected, 1001, 21_001, (byte) 0);
            Arrays.fill(expected, 30_001, 50_001, (byte) 0);
            byte[] read = new byte[expected.length];
            device.read(0, MemorySegment.ofArray(read), 0, read.length);
            assertThat(read).isEqualTo(expected);
        }
    }

    @Test
    void shrunkBlockDeviceIsNotTakenForAFullOne() throws IOException {
        Path image = directory.resolve("backing.img");
        try (BlockDevice device = reopened()) {
            try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
                channel.truncate(512 << 10);
            }
            run("losetup", "--set-capacity", loop.toString());
            MemorySegment buffer = MemorySegment.ofArray(new byte[4096]);
            assertThatThrownBy(() -> device.write(1 << 20, buffer, 0, 4096, false))
                    .isInstanceOf(DeviceShrunkException.class);
            assertThatThrownBy(() -> device.read(1 << 20, buffer, 0, 4096)).isInstanceOf(DeviceShrunkException.class);
        }
    }

    /** The contract's own device claims the loop device; a test that wants it closes that one first. */
    private BlockDevice reopened() throws IOException {
        device().close();
        return Devices.open(loop, OpenMode.READ_WRITE);
    }
}
