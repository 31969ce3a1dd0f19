package dev.ashlar.block;

import dev.ashlar.testing.BlockDeviceContract;
import java.io.IOException;
import java.nio.file.Path;

class FileDeviceTest extends BlockDeviceContract {
    @Override
    protected BlockDevice create(long sizeBytes) throws IOException {
        Path path = directory.resolve("image");
        Devices.createImage(path, sizeBytes, false);
        return FileDevice.open(path, OpenMode.READ_WRITE);
    }
}
