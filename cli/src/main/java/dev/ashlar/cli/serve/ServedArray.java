package dev.ashlar.cli.serve;

import dev.ashlar.cli.control.ControlledArray;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** One array of a daemon, under the name it is exported by. */
final class ServedArray implements ControlledArray {
    private final Daemon daemon;
    private final RaidArray array;
    private final UUID uuid;
    private final String exportName;

    ServedArray(Daemon daemon, RaidArray array, String exportName) {
        this.daemon = daemon;
        this.array = array;
        this.uuid = array.status().uuid();
        this.exportName = exportName;
    }

    RaidArray array() {
        return array;
    }

    String exportName() {
        return exportName;
    }

    @Override
    public UUID uuid() {
        return uuid;
    }

    @Override
    public ArrayStatus status() {
        return array.status();
    }

    @Override
    public boolean idle() {
        try {
            return array.awaitIdle(Duration.ZERO);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public List<String> uris() {
        return daemon.uris(this);
    }

    /** Absolute paths of what is attached just now. */
    List<String> memberPaths() {
        return array.status().members().stream().map(MemberStatus::name).filter(name -> !name.isEmpty()).toList();
    }

    @Override
    public void fail(String member) throws IOException {
        array.failMember(known(member));
    }

    @Override
    public void remove(String member) throws IOException {
        array.removeMember(known(member));
        daemon.announce(this);
    }

    @Override
    public String add(String member, boolean force) throws IOException {
        String message = array.addMember(Path.of(member), force);
        daemon.announce(this);
        return message;
    }

    /** The array's own name of a member that may be given by another path, such as one through a link. */
    private String known(String member) {
        List<String> paths = memberPaths();
        if (!paths.contains(member)) {
            for (String path : paths) {
                if (sameFile(path, member)) {
                    return path;
                }
            }
        }
        return member;
    }

    private static boolean sameFile(String path, String other) {
        try {
            return Files.isSameFile(Path.of(path), Path.of(other));
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void requestAction(SyncAction action) throws IOException {
        array.requestAction(action);
    }

    @Override
    public void stop() throws IOException {
        daemon.stop(this);
    }
}
