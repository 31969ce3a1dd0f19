package dev.ashlar.block;

import dev.ashlar.testing.BlockDeviceContract;

class MemoryDeviceTest extends BlockDeviceContract {
    @Override
    protected BlockDevice create(long sizeBytes) {
        return new MemoryDevice(sizeBytes);
    }
}
