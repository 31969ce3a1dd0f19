package dev.ashlar.nbd.transmission;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.Flag;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** What each command asks of the device. Requests have been validated; a length of zero reaches no device. */
final class Commands {
    private final BlockDevice device;

    Commands(BlockDevice device) {
        this.device = device;
    }

    void read(Request request, MemorySegment target, long targetOffset) throws IOException {
        device.read(request.offsetBytes(), target, targetOffset, request.lengthBytes());
    }

    void write(Request request, MemorySegment source, long sourceOffset) throws IOException {
        if (request.lengthBytes() > 0) {
            device.write(request.offsetBytes(), source, sourceOffset, request.lengthBytes(), fua(request));
        }
    }

    /** The commands without payload. */
    void execute(Request request) throws IOException {
        switch (request.type()) {
            case Command.FLUSH -> device.flush();
            case Command.TRIM -> trim(request);
            case Command.WRITE_ZEROES -> writeZeroes(request);
            default -> throw new IllegalStateException("not validated: type=" + request.type());
        }
    }

    private void trim(Request request) throws IOException {
        if (request.lengthBytes() > 0) {
            device.trim(request.offsetBytes(), request.lengthBytes(), fua(request));
        }
    }

    private void writeZeroes(Request request) throws IOException {
        if (request.lengthBytes() > 0) {
            boolean mayUnmap = !request.has(Flag.CMD_NO_HOLE);
            device.writeZeroes(request.offsetBytes(), request.lengthBytes(), mayUnmap, fua(request));
        }
    }

    private static boolean fua(Request request) {
        return request.has(Flag.CMD_FUA);
    }
}
