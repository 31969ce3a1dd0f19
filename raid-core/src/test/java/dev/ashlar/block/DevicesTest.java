package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevicesTest {
    @TempDir
    Path directory;

    private Path image;

    @BeforeEach
    void createImage() throws IOException {
        image = directory.resolve("disk.img");
        Devices.createImage(image, 1 << 20, false);
    }

    @Test
    void newImageIsSparseZeroAndPrivate() throws IOException {
        assertThat(Files.size(image)).isEqualTo(1 << 20);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(image))).isEqualTo("rw-------");
        try (FileDevice device = FileDevice.open(image, OpenMode.READ_ONLY)) {
            int descriptor = device.file().descriptor();
            assertThat(Posix.lseek(descriptor, 0, Posix.SEEK_DATA)).isEqualTo(-Posix.ENXIO);
        }
    }

    @Test
    void preallocatedImageHasItsStorage() throws IOException {
        Path full = directory.resolve("full.img");
        Devices.createImage(full, 1 << 20, true);
        // In units of 512 bytes, by the file system's own account.
        Process stat = new ProcessBuilder("stat", "-c", "%b", full.toString()).start();
        long blocks = Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
        assertThat(blocks).isGreaterThanOrEqualTo(2048);
    }

    @Test
    void existingImageIsNotOverwritten() throws IOException {
        Files.write(image, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> Devices.createImage(image, 1 << 20, false)).isInstanceOf(DeviceException.class)
                .hasMessageContaining("File exists");
        assertThat(Files.size(image)).isEqualTo(3);
    }

    @Test
    void imageThatCannotBeMadeLeavesNothingBehind() {
        Path huge = directory.resolve("huge.img");
        assertThatThrownBy(() -> Devices.createImage(huge, Long.MAX_VALUE, true)).isInstanceOf(DeviceException.class)
                .hasMessageContaining("huge.img: create failed");
        assertThat(huge).doesNotExist();
    }

    @Test
    void fileIsMappedAndEmptyFileIsNot() throws IOException {
        try (BlockDevice device = Devices.open(image, OpenMode.READ_WRITE)) {
            assertThat(device).isInstanceOf(MappedImage.class);
        }
        Path empty = Files.createFile(directory.resolve("empty"));
        try (BlockDevice device = Devices.open(empty, OpenMode.READ_WRITE)) {
            assertThat(device.sizeBytes()).isZero();
            device.flush();
        }
    }

    @Test
    void imageBeyondTwoGibibytesIsMappedWhole() throws IOException {
        Path large = directory.resolve("large.img");
        Devices.createImage(large, 6L << 30, false);
        try (BlockDevice device = MappedImage.open(large, OpenMode.READ_WRITE)) {
            byte[] bytes = {1, 2, 3};
            device.write(5L << 30, MemorySegment.ofArray(bytes), 0, 3, false);
            device.write((6L << 30) - 3, MemorySegment.ofArray(bytes), 0, 3, true);
            byte[] read = new byte[6];
            device.read(5L << 30, MemorySegment.ofArray(read), 0, 3);
            device.read((6L << 30) - 3, MemorySegment.ofArray(read), 3, 3);
            assertThat(read).containsExactly(1, 2, 3, 1, 2, 3);
        }
    }

    @Test
    void pathsThatAreNoDevicesAreRefusedInWords() {
        assertRefused(directory.resolve("missing"), "No such file or directory");
        assertRefused(directory, "neither a regular file nor a block device");
        assertRefused(Path.of("/dev/null"), "neither a regular file nor a block device");
    }

    private static void assertRefused(Path path, String reason) {
        assertThatThrownBy(() -> Devices.open(path, OpenMode.READ_WRITE)).isInstanceOf(DeviceException.class)
                .hasMessageContaining(path + ": open failed").hasMessageContaining(reason);
    }

    @Test
    void readOnlyDeviceRefusesEveryChange() throws IOException {
        MemorySegment buffer = MemorySegment.ofArray(new byte[10]);
        for (OpenMode mode : new OpenMode[] {OpenMode.READ_ONLY, OpenMode.EXAMINE}) {
            try (BlockDevice device = Devices.open(image, mode)) {
                assertThat(device.readOnly()).isTrue();
                device.read(0, buffer, 0, 10);
                device.flush();
                assertReadOnly(() -> device.write(0, buffer, 0, 10, false));
                assertReadOnly(() -> device.trim(0, 10, false));
                assertReadOnly(() -> device.writeZeroes(0, 10, true, false));
            }
        }
    }

    private static void assertReadOnly(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(ReadOnlyDeviceException.class);
    }

    @Test
    void writerExcludesAllButExamine() throws IOException {
        try (BlockDevice _ = Devices.open(image, OpenMode.READ_WRITE)) {
            assertBusy(OpenMode.READ_WRITE);
            assertBusy(OpenMode.READ_ONLY);
            Devices.open(image, OpenMode.EXAMINE).close();
        }
        Devices.open(image, OpenMode.READ_WRITE).close();
    }

    @Test
    void readersShareAndExcludeAWriter() throws IOException {
        try (BlockDevice _ = Devices.open(image, OpenMode.READ_ONLY);
                BlockDevice _ = Devices.open(image, OpenMode.READ_ONLY)) {
            assertBusy(OpenMode.READ_WRITE);
        }
        Devices.open(image, OpenMode.READ_WRITE).close();
    }

    @Test
    void lockOutlivesOtherDescriptorsOfTheFile() throws IOException {
        try (BlockDevice _ = Devices.open(image, OpenMode.READ_WRITE)) {
            FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE).close();
            Devices.open(image, OpenMode.EXAMINE).close();
            assertBusy(OpenMode.READ_WRITE);
        }
    }

    @Test
    void otherNameOfTheSameFileIsBusyToo() throws IOException {
        Path link = Files.createLink(directory.resolve("link"), image);
        try (BlockDevice _ = Devices.open(link, OpenMode.READ_WRITE)) {
            assertBusy(OpenMode.READ_WRITE);
        }
    }

    @Test
    void otherProcessFindsTheImageBusy() throws Exception {
        assertThat(openInOtherProcess()).isEqualTo("opened");
        try (BlockDevice _ = Devices.open(image, OpenMode.READ_WRITE)) {
            assertThat(openInOtherProcess()).isEqualTo("busy");
        }
    }

    private String openInOtherProcess() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), OtherProcess.class.getName(), image.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String answer = new String(process.getInputStream().readAllBytes()).strip();
        assertThat(process.waitFor()).isZero();
        return answer;
    }

    /** Tries to open an image and says how it went. */
    static final class OtherProcess {
        public static void main(String[] arguments) throws IOException {
            try (BlockDevice _ = FileDevice.open(Path.of(arguments[0]), OpenMode.READ_WRITE)) {
                System.out.println("opened");
            } catch (DeviceBusyException _) {
                System.out.println("busy");
            }
        }
    }

    private void assertBusy(OpenMode mode) {
        assertThatThrownBy(() -> Devices.open(image, mode)).isInstanceOf(DeviceBusyException.class)
                .hasMessageContaining(image.toString());
    }
}
