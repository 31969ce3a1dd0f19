package dev.ashlar.raid.array;

import dev.ashlar.block.Devices;
import dev.ashlar.block.OpenMode;
import java.io.IOException;
import java.nio.file.Path;

/** Opens files and block devices as members. */
final class MemberDevices {
    private MemberDevices() {}

    static MemberDevice openWritable(Path path) throws IOException {
        return new MemberDevice(path.toString(), Devices.open(path, OpenMode.READ_WRITE));
    }

    static MemberDevice openReadOnly(Path path) throws IOException {
        return new MemberDevice(path.toString(), Devices.open(path, OpenMode.READ_ONLY));
    }

    /** Whether two names mean the same file. */
    static boolean same(String one, String other) {
        return one.equals(other) || real(one).equals(real(other));
    }

    private static Path real(String name) {
        Path path = Path.of(name);
        try {
            return path.toRealPath();
        } catch (IOException _) {
            return path.toAbsolutePath().normalize();
        }
    }
}
