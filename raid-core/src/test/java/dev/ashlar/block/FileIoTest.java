package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real file systems do with what {@link FileDevice} asks of them. */
class FileIoTest {
    private static final int SIZE = 1 << 20;

    @TempDir
    Path directory;

    private static byte[] sevens(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 7);
        return bytes;
    }

    private static byte[] read(BlockDevice device, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        device.read(offset, MemorySegment.ofArray(bytes), 0, length);
        return bytes;
    }

    private FileDevice fullDevice(Path path) throws IOException {
        Files.write(path, sevens(SIZE));
        return FileDevice.open(path, OpenMode.READ_WRITE);
    }

    private static boolean isHole(FileDevice device, long offset) {
        return Posix.lseek(device.file().descriptor(), offset, Posix.SEEK_HOLE) == offset;
    }

    @Test
    void trimAndUnmappingZeroesFreeStorage() throws IOException {
        try (FileDevice device = fullDevice(directory.resolve("image"))) {
            assertThat(isHole(device, 65536)).isFalse();
            device.trim(65536, 65536, true);
            device.writeZeroes(262144, 65536, true, true);
            assertThat(isHole(device, 65536)).isTrue();
            assertThat(isHole(device, 262144)).isTrue();
            assertThat(isHole(device, 131072)).isFalse();
            assertThat(read(device, 65536, 65536)).containsOnly(0);
        }
    }

    /** tmpfs knows holes, but no unwritten ranges, so zeroes that keep their storage are written. */
    @Test
    void zeroesThatKeepStorageWorkOnTmpfs() throws IOException {
        Path shm = Path.of("/dev/shm");
        assumeTrue(Files.isDirectory(shm) && Files.getFileStore(shm).type().equals("tmpfs"), "/dev/shm is no tmpfs");
        Path path = Files.createTempFile(shm, "ashlar", ".img");
        try (FileDevice device = fullDevice(path)) {
            for (int i = 0; i < 2; i++) {
                device.writeZeroes(65536, 65536, false, false);
                assertThat(read(device, 65536, 65536)).containsOnly(0);
                assertThat(isHole(device, 65536)).isFalse();
            }
            device.trim(65536, 65536, false);
            assertThat(isHole(device, 65536)).isTrue();
        } finally {
            Files.delete(path);
        }
    }

    @Test
    void zeroingUnalignedRangesSparesTheNeighbours() throws IOException {
        try (FileDevice device = fullDevice(directory.resolve("image"))) {
            device.writeZeroes(1001, 9000, true, false);
            device.writeZeroes(50_001, 9000, false, false);
            byte[] expected = sevens(SIZE);
            Arrays.fill(expected, 1001, 10_001, (byte) 0);
            Arrays.fill(expected, 50_001, 59_001, (byte) 0);
            assertThat(read(device, 0, SIZE)).isEqualTo(expected);
        }
    }

    @Test
    void durableWritesGoThroughADescriptorThatSyncsData() throws IOException {
        try (FileDevice device = fullDevice(directory.resolve("image"))) {
            assertThat(openFlags(device.file().durableDescriptor()) & Posix.O_DSYNC).isEqualTo(Posix.O_DSYNC);
            assertThat(openFlags(device.file().descriptor()) & Posix.O_DSYNC).isZero();
            device.write(10, MemorySegment.ofArray(new byte[300_000]), 0, 300_000, true);
            assertThat(read(device, 10, 300_000)).containsOnly(0);
        }
    }

    private static int openFlags(int descriptor) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor))) {
            if (line.startsWith("flags:")) {
                return Integer.parseInt(line.substring(6).strip(), 8);
            }
        }
        throw new AssertionError("no flags");
    }

    @Test
    void deviceFollowsItsFileWhenThatIsRenamed() throws IOException {
        Path path = directory.resolve("image");
        try (FileDevice device = fullDevice(path)) {
            Files.move(path, directory.resolve("renamed"));
            device.write(0, MemorySegment.ofArray(new byte[10]), 0, 10, true);
            assertThat(path).doesNotExist();
            assertThat(read(device, 0, 11)).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7);
        }
    }

    @Test
    void faultInTheCallersMappedBufferIsNotBlamedOnTheDevice() throws IOException {
        Path path = directory.resolve("buffer");
        Files.write(path, new byte[SIZE]);
        try (Arena arena = Arena.ofShared(); FileDevice device = fullDevice(directory.resolve("image"));
                FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MemorySegment buffer = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE, arena);
            channel.truncate(4096);
            assertThatThrownBy(() -> device.write(0, buffer, 65536, 65536, false)).isInstanceOf(InternalError.class);
            assertThatThrownBy(() -> device.read(0, buffer, 65536, 65536)).isInstanceOf(InternalError.class);
            assertThat(read(device, 0, SIZE)).containsOnly(7);
        }
    }

    /** On a full tmpfs a hole cannot even be read through a mapping: its page has nowhere to come from. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fullFileSystemIsNoSpaceAndTheDeviceStaysUsable(boolean mapped) throws Exception {
        Path mountPoint = Files.createDirectory(directory.resolve("mnt"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m", "none", mountPoint.toString()),
                "a small tmpfs cannot be mounted, which takes root");
        try {
            useUntilFull(mountPoint.resolve("image"), mapped);
        } finally {
            assertThat(run("umount", mountPoint.toString())).isTrue();
        }
    }

    private static void useUntilFull(Path path, boolean mapped) throws IOException {
        Devices.createImage(path, 4 << 20, false);
        try (BlockDevice device = mapped
                ? MappedImage.open(path, OpenMode.READ_WRITE) : FileDevice.open(path, OpenMode.READ_WRITE)) {
            MemorySegment data = MemorySegment.ofArray(sevens(65536));
            for (int i = 0; i < 15; i++) {
                device.write(i * 65536L, data, 0, 65536, false);
            }
            assertThatThrownBy(() -> {
                device.write(1 << 20, data, 0, 65536, false);
                device.write(2 << 20, data, 0, 65536, true);
            }).isInstanceOf(NoSpaceException.class).hasMessageContaining("no space left on device");
            for (long offset = 3 << 20; offset < 4 << 20; offset += 4096) {
                assertThat(read(device, offset, 4096)).containsOnly(0);
            }
            assertThat(read(device, 65536, 65536)).containsOnly(7);
            device.flush();
            device.trim(0, 1 << 20, false);
            device.write(2 << 20, data, 0, 65536, true);
            assertThat(read(device, 2 << 20, 65536)).containsOnly(7);
            Path other = path.resolveSibling("other");
            assertThatThrownBy(() -> Devices.createImage(other, 4 << 20, true)).isInstanceOf(NoSpaceException.class);
            assertThat(other).doesNotExist();
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
    }
}
