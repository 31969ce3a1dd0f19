package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.SyncAction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A RAID array over md-format members, itself a block device. */
public abstract class RaidArray implements BlockDevice {

    /** Opens the devices and writes superblocks, bitmaps and reserved areas; leaves the array stopped. */
    public static ArrayStatus create(CreateSpec spec) throws IOException {
        throw new IOException("not here yet: " + spec);
    }

    /** Locks and opens the members, decides whether the array may start as asked, and starts it. */
    public static RaidArray open(List<Path> members, OpenOptions options) throws IOException {
        throw new IOException("not here yet: " + members + options);
    }

    /** A picture of this moment, from memory. */
    public abstract ArrayStatus status();

    /** Declares a member faulty, as if a write to it had failed. The name is a member's path. */
    public abstract void failMember(String name) throws IOException;

    /** Detaches a faulty member or a spare and releases it. */
    public abstract void removeMember(String name) throws IOException;

    /**
     * Attaches a device: returned to its old role by the bitmap where that is exact, else as a new spare, which takes an
     * empty role at once. Returns one sentence saying which.
     */
    public abstract String addMember(Path member, boolean force) throws IOException;

    /** Starts {@link SyncAction#CHECK} or {@link SyncAction#REPAIR}; {@link SyncAction#IDLE} ends either. */
    public abstract void requestAction(SyncAction action) throws IOException;

    /** Waits until no background pass runs or is due; false when the time is over first. */
    public abstract boolean awaitIdle(Duration timeout) throws InterruptedException;

    /** Stops cleanly: drains, flushes, marks the superblocks clean, releases the members. */
    @Override
    public abstract void close() throws IOException;
}
