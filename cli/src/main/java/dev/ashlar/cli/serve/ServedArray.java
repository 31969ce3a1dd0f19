package dev.ashlar.cli.serve;

import dev.ashlar.block.TrackedDevice;
import dev.ashlar.cli.control.ControlledArray;
import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.ArrayPicture;
import dev.ashlar.cli.show.ArrayPicture.Exported;
import dev.ashlar.cli.show.ArrayPicture.Mark;
import dev.ashlar.cli.show.Printable;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One array of a daemon, and the names it is exported by. */
final class ServedArray implements ControlledArray {
    private static final Logger LOG = LoggerFactory.getLogger(ServedArray.class);

    private final Daemon daemon;
    private final ConfiguredServer server;
    private final RaidArray array;
    private final TrackedDevice changes;
    private final UUID uuid;
    private final List<ExportSetting> exports = new CopyOnWriteArrayList<>();

    ServedArray(Daemon daemon, ConfiguredServer server, RaidArray array) {
        this.daemon = daemon;
        this.server = server;
        this.array = array;
        this.changes = new TrackedDevice(array);
        this.uuid = array.status().uuid();
    }

    RaidArray array() {
        return array;
    }

    /** The set name. */
    String name() {
        return array.status().name();
    }

    /** What clients ask for, the main name first. */
    List<String> exportNames() {
        return exports.stream().map(ExportSetting::name).toList();
    }

    @Override
    public UUID uuid() {
        return uuid;
    }

    @Override
    public ArrayPicture picture() {
        // In this order: what is said to be idle has a status from after it became so.
        boolean idle = idle();
        return new ArrayPicture(
                array.status(),
                idle,
                exports.stream().map(export -> new Exported(export, server.uris(export))).toList(),
                server.clients(exportNames()),
                changes.marks().stream().map(mark -> new Mark(mark.name(), mark.changedBytes())).toList());
    }

    private boolean idle() {
        try {
            return array.awaitIdle(Duration.ZERO);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Where all exports are found. */
    List<String> uris() {
        return exports.stream().flatMap(export -> server.uris(export).stream()).toList();
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

    /** Serves the array under one more name. */
    void serve(ExportSetting setting) throws CommandFailure {
        ArrayStatus status = array.status();
        server.add(setting, changes, status.level() + " " + status.name(), () -> ArrayContexts.of(array, changes));
        exports.add(setting);
    }

    /** What is served, its main export first. */
    List<ExportSetting> exports() {
        return List.copyOf(exports);
    }

    /** Serves an export of this name as {@code setting} says from now on, also if only what is said of it is new. */
    void change(ExportSetting setting) throws CommandFailure {
        ArrayStatus status = array.status();
        server.change(setting, changes, status.level() + " " + status.name(), () -> ArrayContexts.of(array, changes));
        exports.replaceAll(export -> export.name().equals(setting.name()) ? setting : export);
    }

    @Override
    public void export(ExportSetting setting) throws IOException {
        daemon.export(this, setting);
        LOG.info("{}: serving it as '{}' too", name(), setting.name());
    }

    /** Ends all exports; returns when their clients are gone, or cut off. */
    void endExports() {
        for (ExportSetting export : exports) {
            if (exports.remove(export)) {
                end(export.name());
            }
        }
    }

    @Override
    public void unexport(String name) throws IOException {
        if (!exports.removeIf(export -> export.name().equals(name))) {
            throw new CommandFailure(ExitCode.USAGE, name() + " has no export '" + name + "'; it has "
                    + (exports.isEmpty() ? "none"
                            : exportNames().stream().map(Printable::name).collect(Collectors.joining(", "))));
        }
        end(name);
        daemon.announce(this);
        LOG.info("{}: ended export '{}'", name(), name);
    }

    private void end(String name) {
        try {
            if (!server.remove(name)) {
                LOG.warn("export '{}': a request is still in the array, which waits for it", name);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void mark(String name) throws IOException {
        try {
            changes.setMark(name);
            LOG.info("{}: marked '{}'", name(), name);
        } catch (IllegalStateException e) {
            throw new CommandFailure(ExitCode.USAGE, e.getMessage());
        }
    }

    @Override
    public void unmark(String name) throws IOException {
        if (!changes.removeMark(name)) {
            throw new CommandFailure(ExitCode.USAGE, name() + " has no mark '" + name + "'");
        }
        LOG.info("{}: forgot mark '{}'", name(), name);
    }

    @Override
    public void stop() throws IOException {
        daemon.stop(this);
    }
}
