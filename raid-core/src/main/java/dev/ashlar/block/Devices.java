package dev.ashlar.block;

import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens and makes the devices that paths name. */
public final class Devices {
    private static final Logger LOG = LoggerFactory.getLogger(Devices.class);

    private Devices() {}

    /**
     * Opens a disk image or block device that exists: mapped where that is possible, else by system calls.
     *
     * @throws DeviceBusyException if another process, another opening in this process, or the kernel uses it
     * @throws DeviceException if it cannot be opened
     */
    public static BlockDevice open(Path path, OpenMode mode) throws IOException {
        FileDevice file = FileDevice.open(path, mode);
        if (file.file().blockDevice() || file.sizeBytes() == 0) {
            return file;
        }
        try {
            return MappedImage.map(file);
        } catch (IOException e) {
            LOG.info("{} is read by system calls, because it cannot be mapped: {}", path, e.getMessage());
            return file;
        }
    }

    /**
     * Makes a disk image of zeroes, readable by its owner only, which is there after a crash.
     *
     * @param sizeBytes its size
     * @param preallocate whether its storage is taken now, so that writes cannot run out of space; else it is sparse
     * @throws NoSpaceException if there is no room; nothing is left behind
     * @throws DeviceException if the path exists, or the image cannot be made; nothing is left behind
     */
    public static void createImage(Path path, long sizeBytes, boolean preallocate) throws IOException {
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("sizeBytes=" + sizeBytes);
        }
        ImageMaker.create(path, sizeBytes, preallocate);
    }
}
