package dev.ashlar.cli.serve;

import dev.ashlar.cli.control.Reloaded;
import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.members.SetNames;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes a daemon's exports and limits those of a new configuration.
 *
 * <p>Invariant: what is wrong with the configuration is found before anything has changed. Used by one thread.
 */
final class Reload {
    private final ConfiguredServer server;
    private final List<ServedArray> arrays;
    private final ServeConfig started;
    private final ServeConfig before;
    private final ServeConfig wanted;
    private final Map<ServedArray, ExportChanges> changes = new LinkedHashMap<>();
    private final List<String> done = new ArrayList<>();
    private final List<String> left = new ArrayList<>();

    /**
     * @param arrays what is served
     * @param started the configuration that the daemon was started with
     * @param before the one that holds for exports and limits
     * @param wanted the one that shall hold
     */
    Reload(
            ConfiguredServer server,
            List<ServedArray> arrays,
            ServeConfig started,
            ServeConfig before,
            ServeConfig wanted) {
        this.server = server;
        this.arrays = List.copyOf(arrays);
        this.started = started;
        this.before = before;
        this.wanted = wanted;
    }

    /**
     * Looks what is to be done.
     *
     * @throws CommandFailure if the configuration cannot be had: then nothing of it is
     */
    void plan() throws CommandFailure {
        for (ServeConfig.ArrayExport export : wanted.exports()) {
            server.requireReachable(export);
        }
        for (ServedArray array : arrays) {
            List<ExportSetting> settings = wanted.exportsOf(array.name());
            changes.put(array, ExportChanges.of(before.exportsOf(array.name()), settings, array.exports(), described()));
        }
        requireNamesApart();
        checkArrays();
        leaveServer();
    }

    /** Whether exports without a description of their own have another one now. */
    private boolean described() {
        return !Objects.equals(before.server().description(), wanted.server().description());
    }

    private void requireNamesApart() throws CommandFailure {
        Map<String, Integer> uses = new HashMap<>();
        changes.forEach((array, change) -> {
            Set<String> names = new HashSet<>(array.exportNames());
            change.removed().forEach(names::remove);
            Stream.concat(names.stream(), change.added().stream().map(ExportSetting::name))
                    .forEach(name -> uses.merge(name, 1, Integer::sum));
        });
        for (Map.Entry<String, Integer> use : uses.entrySet()) {
            if (use.getValue() > 1) {
                throw new CommandFailure(ExitCode.USAGE, "two exports would be called '" + use.getKey() + "'");
            }
        }
    }

    /** Arrays are neither opened nor stopped here; exports that wait for one that is to come are no mistake. */
    private void checkArrays() throws CommandFailure {
        boolean same = started.arrays().equals(wanted.arrays());
        if (!same) {
            left.add("[[array]]");
        }
        for (ServeConfig.ArrayExport export : wanted.exports()) {
            if (same && !before.exports().contains(export)
                    && arrays.stream().noneMatch(array -> SetNames.matches(array.name(), export.array()))) {
                throw new CommandFailure(ExitCode.USAGE, export.where() + "no array is called '" + export.array() + "', which export '"
                        + export.setting().name() + "' names");
            }
        }
    }

    private void leaveServer() {
        ServerSetting old = started.server();
        ServerSetting now = wanted.server();
        leave("listen, unix, unix-mode or vsock", old.listening(), now.listening());
        leave("tls, tls-certificates, tls-verify-peer or tls-psk", old.tls(), now.tls());
        leave("metrics", old.metrics(), now.metrics());
        leave("parity", old.parity(), now.parity());
        leave("cow-directory", old.cowDirectory(), now.cowDirectory());
        leave("payload-memory", old.limits().payloadMemory(), now.limits().payloadMemory());
        leave("payload-wait", old.limits().payloadWait(), now.limits().payloadWait());
        leave("takeover-timeout", old.limits().times().takeover(), now.limits().times().takeover());
    }

    private void leave(String what, Object old, Object now) {
        if (!Objects.equals(old, now)) {
            left.add(what);
        }
    }

    /** Does it. What was wrong with single exports after all is named in the answer. */
    Reloaded apply() {
        server.change(wanted.server());
        if (!before.server().limits().changeable().equals(wanted.server().limits().changeable())) {
            done.add("limits of the server for new connections");
        }
        if (!Objects.equals(before.server().logRequests(), wanted.server().logRequests())) {
            done.add("log-requests for new connections");
        }
        for (Map.Entry<ServedArray, ExportChanges> entry : changes.entrySet()) {
            ServedArray array = entry.getKey();
            ExportChanges change = entry.getValue();
            change.changed().forEach(setting -> tell("changed", array, setting.name(), () -> array.change(setting)));
            change.left().forEach(name -> left.add("read-only or cow of export " + Printable.name(name)));
        }
        for (Map.Entry<ServedArray, ExportChanges> entry : changes.entrySet()) {
            ServedArray array = entry.getKey();
            entry.getValue().removed().forEach(name -> tell("ended", array, name, () -> array.unexport(name)));
        }
        for (Map.Entry<ServedArray, ExportChanges> entry : changes.entrySet()) {
            ServedArray array = entry.getKey();
            entry.getValue().added().forEach(setting ->
                    tell("added", array, setting.name(), () -> array.export(setting)));
        }
        return new Reloaded(done, left);
    }

    /** A step of the reload. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private void tell(String word, ServedArray array, String export, Step step) {
        String what = "export " + Printable.name(export) + " of " + Printable.of(array.name());
        try {
            step.run();
            done.add(word + " " + what);
        } catch (IOException e) {
            left.add(what + " (" + e.getMessage() + ")");
        }
    }
}
