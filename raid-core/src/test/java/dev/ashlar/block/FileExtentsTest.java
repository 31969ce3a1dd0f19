package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.testing.Extents;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a file tells of its holes, on the file system of the build and on a tmpfs where there is one. */
class FileExtentsTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    private Path image;

    /** Where the image lies. */
    enum Place { TEMPORARY, TMPFS }

    private BlockDevice open(Place place, long sizeBytes) throws IOException {
        if (place == Place.TMPFS) {
            Path memory = Path.of("/dev/shm");
            assumeTrue(Files.isWritable(memory), "there is no tmpfs at /dev/shm");
            image = Files.createTempFile(memory, "ashlar-extents", ".img");
            Files.delete(image);
        } else {
            image = directory.resolve("image");
        }
        Devices.createImage(image, sizeBytes, false);
        // Not through a mapping: on a tmpfs, looking at a page allocates it.
        return FileDevice.open(image, OpenMode.READ_WRITE);
    }

    @AfterEach
    void deleteImage() throws IOException {
        if (image != null) {
            Files.deleteIfExists(image);
        }
    }

    private static void fill(BlockDevice device, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 1);
        device.write(offset, MemorySegment.ofArray(bytes), 0, length, false);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsDataAndWhatIsPunchedOutIsAHole(Place place) throws IOException {
        try (BlockDevice device = open(place, 8 * MIB)) {
            assertThat(Extents.of(device, 0, 8 * MIB)).isEqualTo("8388608:hole");
            fill(device, MIB, 2 * MIB);
            assertThat(Extents.of(device, 0, 8 * MIB)).isEqualTo("1048576:hole 2097152:data 5242880:hole");
            assertThat(Extents.of(device, 2 * MIB, 2 * MIB)).isEqualTo("1048576:data 1048576:hole");
            assertThat(Extents.of(device, MIB + 5, 7)).isEqualTo("7:data");
            device.trim(2 * MIB, MIB, false);
            assertThat(Extents.of(device, 0, 3 * MIB)).isEqualTo("1048576:hole 1048576:data 1048576:hole");
            fill(device, 8 * MIB - 4096, 4096);
            assertThat(Extents.of(device, 4 * MIB, 4 * MIB)).isEqualTo("4190208:hole 4096:data");
            assertThat(device.isHole(2 * MIB, 6 * MIB - 4096)).isTrue();
            assertThat(device.isHole(2 * MIB, 6 * MIB - 4095)).isFalse();
            assertThat(device.isHole(MIB, MIB)).isFalse();
            assertThat(device.isHole(2 * MIB - 1, MIB)).isFalse();
        }
    }

    /** OpenZFS has called holes what waited to be written; whom nobody has looked at may do so too. */
    @ParameterizedTest
    @CsvSource({"ext4, hole", "xfs, hole", "tmpfs, hole", "zfs, data", "nfs4, data", "fuse.sshfs, data", "'', data"})
    void holesAreBelievedOnlyOfFileSystemsThatAreKnownToTellThem(String type, String told) throws IOException {
        open(Place.TEMPORARY, 8 * MIB).close();
        try (BlockDevice device = FileDevice.open(image, OpenMode.READ_WRITE, _ -> type)) {
            fill(device, 0, MIB);
            assertThat(Extents.of(device, 4 * MIB, MIB)).isEqualTo("1048576:" + told);
            assertThat(device.isHole(4 * MIB, MIB)).isEqualTo(told.equals("hole"));
            assertThat(Extents.of(device, 0, MIB)).isEqualTo("1048576:data");
        }
    }

    /** The probe for holes is punched behind the end that the file has when somebody asks, not behind its first one. */
    @Test
    void aFileThatHasGrownKeepsWhatWasAppended() throws IOException {
        try (BlockDevice device = open(Place.TEMPORARY, MIB)) {
            byte[] appended = new byte[MIB];
            Arrays.fill(appended, (byte) 7);
            Files.write(image, appended, StandardOpenOption.APPEND);
            device.zeroesFast(0, MIB, true);
            byte[] both = Files.readAllBytes(image);
            assertThat(Arrays.copyOfRange(both, MIB, 2 * MIB)).isEqualTo(appended);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatHasBecomeSmallerIsNotTakenForAHole(Place place) throws IOException {
        try (BlockDevice device = open(place, 8 * MIB)) {
            fill(device, 0, MIB);
            try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
                channel.truncate(4 * MIB);
            }
            assertThatThrownBy(() -> Extents.of(device, 0, 8 * MIB)).isInstanceOf(DeviceShrunkException.class);
            assertThatThrownBy(() -> Extents.of(device, 6 * MIB, MIB)).isInstanceOf(DeviceShrunkException.class);
            assertThat(Extents.of(device, 0, MIB)).isEqualTo("1048576:data");
        }
    }

    @ParameterizedTest
    @EnumSource
    void zeroesAreFastWhereTheStorageIsFreedOrMarked(Place place) throws IOException {
        try (BlockDevice device = open(place, 8 * MIB)) {
            long size = Files.size(image);
            assertThat(device.zeroesFast(0, MIB, true)).isEqualTo(punches(place));
            boolean marks = device.zeroesFast(0, MIB, false);
            assertThat(marks).isEqualTo(List.of("ext4", "xfs", "btrfs").contains(Files.getFileStore(image).type()));
            assertThat(Files.size(image)).isEqualTo(size);
            assertThat(allocatedBytes(image)).isLessThan(64 << 10);
            device.writeZeroes(0, MIB, false, false);
            assertThat(allocatedBytes(image)).isGreaterThanOrEqualTo(MIB);
            device.writeZeroes(0, MIB, true, false);
            assertThat(allocatedBytes(image)).isLessThan(64 << 10);
        }
        try (BlockDevice device = Devices.open(image, OpenMode.READ_ONLY)) {
            assertThat(device.zeroesFast(0, MIB, true)).isFalse();
        }
    }

    private boolean punches(Place place) throws IOException {
        return place == Place.TMPFS
                || List.of("ext4", "xfs", "btrfs", "tmpfs").contains(Files.getFileStore(image).type());
    }

    /** In units of 512 bytes, by the file system's own account. */
    private static long allocatedBytes(Path path) throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
        return Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip()) * 512;
    }

    @Test
    void aMappedImageTellsTheSame() throws IOException {
        open(Place.TEMPORARY, 8 * MIB).close();
        assumeTrue(!Files.getFileStore(image).type().equals("tmpfs"), "on a tmpfs, looking at a page allocates it");
        try (BlockDevice device = MappedImage.open(image, OpenMode.READ_WRITE)) {
            fill(device, MIB, MIB);
            assertThat(Extents.of(device, 0, 8 * MIB)).isEqualTo("1048576:hole 1048576:data 6291456:hole");
            assertThat(device.zeroesFast(0, MIB, true)).isEqualTo(punches(Place.TEMPORARY));
        }
    }

    @Test
    void prefetchBringsContentIntoTheCache() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/fincore")), "fincore is not installed");
        try (BlockDevice device = open(Place.TEMPORARY, 8 * MIB)) {
            assumeTrue(!Files.getFileStore(image).type().equals("tmpfs"), "tmpfs is all cache");
            fill(device, 0, 8 * MIB);
            device.flush();
            device.evictCached(0, 8 * MIB);
            assumeTrue(cachedBytes(image) == 0, "the file system does not drop its cache");
            device.prefetch(0, 8 * MIB);
            // Nobody waits for the medium in prefetch, so what is asked for arrives in a while.
            long began = System.nanoTime();
            while (cachedBytes(image) <= 4 * MIB && System.nanoTime() - began < 30_000_000_000L) {
                Thread.onSpinWait();
            }
            assertThat(cachedBytes(image)).isGreaterThan(4 * MIB);
        }
    }

    private static long cachedBytes(Path path) throws IOException {
        Process process = new ProcessBuilder("fincore", "--noheadings", "--bytes", "--output", "RES",
                path.toString()).redirectErrorStream(true).start();
        return Long.parseLong(new String(process.getInputStream().readAllBytes()).strip());
    }

    @Test
    void aRangeOfManyExtentsIsNotLookedAtBeyondTheVisitorsEnd() throws IOException {
        try (BlockDevice device = open(Place.TEMPORARY, 64 * MIB)) {
            for (int i = 0; i < 64; i++) {
                fill(device, (long) i * MIB, 4096);
            }
            int[] calls = {0};
            device.extents(0, 64 * MIB, (_, _) -> ++calls[0] < 3);
            assertThat(calls[0]).isEqualTo(3);
        }
    }

    @Test
    void memoryHasHolesWhereNothingWasWritten() throws IOException {
        try (MemoryDevice device = new MemoryDevice(4L << 40)) {
            assertThat(Extents.of(device, 0, 4L << 40)).isEqualTo("4398046511104:hole");
            fill(device, 3L << 40, 10);
            fill(device, (3L << 40) + (64 << 10), 10);
            assertThat(Extents.of(device, 0, 4L << 40)).isEqualTo("3298534883328:hole 131072:data 1099511496704:hole");
            assertThat(Extents.of(device, (3L << 40) + 7, 100_000)).isEqualTo("100000:data");
        }
    }
}
