package dev.ashlar.block;

class MemoryDeviceTest extends BlockDeviceContract {
    @Override
    protected BlockDevice create(long sizeBytes) {
        return new MemoryDevice(sizeBytes);
    }
}
