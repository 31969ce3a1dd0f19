package dev.ashlar.nbd.export;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.nbd.MetaContext;
import java.io.IOException;

/** {@code base:allocation}: holes and zeroes, as the device knows them. The device's flags are the protocol's. */
final class AllocationContext implements MetaContext {
    private final BlockDevice device;

    AllocationContext(BlockDevice device) {
        this.device = device;
    }

    @Override
    public String name() {
        return "base:allocation";
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        device.extents(offsetBytes, lengthBytes, visitor);
    }
}
