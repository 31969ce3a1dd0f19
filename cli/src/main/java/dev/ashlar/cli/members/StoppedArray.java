package dev.ashlar.cli.members;

import dev.ashlar.raid.ArrayState;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Work on an array that nobody serves: opened for as long as the work takes. */
public final class StoppedArray {
    private StoppedArray() {}

    /** What is done with the array while it is open. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it; the array is closed by the caller. */
        T on(RaidArray array) throws IOException, InterruptedException;
    }

    /** Opens the array read-only, just to see its status, which is that of a stopped one. Not a byte is written. */
    public static ArrayStatus look(List<Path> members) throws IOException {
        try (RaidArray array = RaidArray.open(members, OpenOptions.READ_ONLY)) {
            ArrayStatus status = array.status();
            return status.state() == ArrayState.READ_ONLY ? status.withState(ArrayState.STOPPED) : status;
        }
    }

    /** Opens the array writable, works on it and stops it cleanly. */
    public static <T> T open(List<Path> members, OpenOptions options, Work<T> work)
            throws IOException, InterruptedException {
        try (RaidArray array = RaidArray.open(members, options)) {
            return work.on(array);
        }
    }
}
