package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceBusyException;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.superblock.Candidate;
import dev.ashlar.raid.superblock.JournalContent;
import dev.ashlar.raid.superblock.JournalProbe;
import dev.ashlar.raid.superblock.Roles;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockException;
import dev.ashlar.raid.superblock.SuperblockIo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The devices offered for one array while it is decided what becomes of each. Those that nobody takes are closed.
 *
 * <p>A device that cannot be opened or has no usable superblock counts as absent and is reported; one that somebody else
 * holds is a refusal, because writing around it would split the array.
 */
final class OfferedMembers implements AutoCloseable {
    private final Map<String, BlockDevice> open = new LinkedHashMap<>();
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<MemberStatus> leftOut = new ArrayList<>();

    static OfferedMembers openAll(List<Path> paths, boolean readOnly) throws IOException {
        OfferedMembers offered = new OfferedMembers();
        boolean done = false;
        try {
            for (Path path : paths) {
                offered.openOne(path, readOnly);
            }
            done = true;
            return offered;
        } finally {
            if (!done) {
                offered.close();
            }
        }
    }

    static OfferedMembers of(List<MemberDevice> devices) throws IOException {
        OfferedMembers offered = new OfferedMembers();
        devices.forEach(device -> offered.open.put(device.name(), device.device()));
        for (MemberDevice device : devices) {
            offered.examine(device.name(), device.device());
        }
        return offered;
    }

    private void openOne(Path path, boolean readOnly) throws IOException {
        if (open.containsKey(path.toString())) {
            throw new ArrayRefusedException(path + " is given twice");
        }
        MemberDevice device;
        try {
            device = readOnly ? MemberDevices.openReadOnly(path) : MemberDevices.openWritable(path);
        } catch (DeviceBusyException e) {
            throw e;
        } catch (IOException e) {
            leaveOut(path.toString(), e.getMessage());
            return;
        }
        open.put(device.name(), device.device());
        examine(device.name(), device.device());
    }

    private void examine(String name, BlockDevice device) throws IOException {
        try {
            Superblock superblock = SuperblockIo.read(device, name);
            JournalContent journal = superblock.role() == Roles.JOURNAL
                    ? JournalProbe.examine(device, superblock) : JournalContent.UNKNOWN;
            candidates.add(new Candidate(name, superblock, device.sizeBytes() / 512, journal));
        } catch (SuperblockException e) {
            leaveOut(name, e.getMessage());
        } catch (IOException e) {
            leaveOut(name, "cannot be read: " + e.getMessage());
        }
    }

    private void leaveOut(String name, String why) {
        leftOut.add(new MemberStatus(name, -1, -1, null, MemberState.STALE, 0, 0, 0, 0, why));
    }

    /** Devices with a superblock. */
    List<Candidate> candidates() throws ArrayRefusedException {
        if (candidates.isEmpty()) {
            throw new ArrayRefusedException(leftOut.isEmpty() ? "no member was given" : whyLeftOut());
        }
        return candidates;
    }

    /** Devices without one. */
    List<MemberStatus> leftOut() {
        return leftOut;
    }

    /** Why each of those was left out, in words. */
    String whyLeftOut() {
        return leftOut.stream().map(MemberStatus::reason).distinct().collect(Collectors.joining("; "));
    }

    /** Hands a device over: from now on the caller closes it. */
    BlockDevice take(String name) {
        return open.remove(name);
    }

    /** A device that stays here. */
    BlockDevice look(String name) {
        return open.get(name);
    }

    @Override
    public void close() throws IOException {
        for (BlockDevice device : open.values()) {
            device.close();
        }
        open.clear();
    }
}
