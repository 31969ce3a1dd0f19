package dev.ashlar.nbd.export;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.Export;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The exports of a server by name, in the order of their adding. All methods may be called from any thread. */
public final class ExportRegistry {
    private final Map<String, ServedExport> exports = new LinkedHashMap<>();
    private final List<DeviceUsers> devices = new ArrayList<>();
    private final Duration entryPatience;

    /** @param entryPatience how long a client that comes back waits for what it has left behind */
    public ExportRegistry(Duration entryPatience) {
        this.entryPatience = entryPatience;
    }

    /**
     * Serves {@code export} from now on. Nobody enters it as long as a connection uses the device that an earlier export
     * of it has left behind.
     */
    public synchronized void add(Export export) {
        if (exports.containsKey(export.name())) {
            throw new IllegalArgumentException("an export of this name is served already: name=" + export.name());
        }
        exports.put(export.name(), new ServedExport(export, users(export.device()), entryPatience));
    }

    private DeviceUsers users(BlockDevice device) {
        forgetAbandoned();
        return devices.stream().filter(users -> users.device() == device).findFirst().orElseGet(() -> {
            DeviceUsers users = new DeviceUsers(device);
            devices.add(users);
            return users;
        });
    }

    /** Forgets devices that are not exported any more and that nobody uses. */
    public synchronized void forgetAbandoned() {
        devices.removeIf(DeviceUsers::abandoned);
    }

    /**
     * Serves the export of this name otherwise from now on.
     *
     * @throws IllegalArgumentException if there is none, or what cannot be changed has changed
     */
    public synchronized void change(Export export) {
        ServedExport served = exports.get(export.name());
        if (served == null) {
            throw new IllegalArgumentException("no export of this name: name=" + export.name());
        }
        if (served.device() != export.device()
                || served.readOnly() != export.readOnly()
                || served.privateViews() != (export.view() != null)) {
            throw new IllegalArgumentException(
                    "device, readOnly and having a view cannot be changed: name=" + export.name());
        }
        served.change(export);
    }

    /** Takes the export out, so that nobody finds it any more: it, or null when there is none. */
    public synchronized ServedExport remove(String name) {
        return exports.remove(name);
    }

    /** The export a client means: by its name, or the only one there is when the client names none. Null if unknown. */
    public synchronized ServedExport find(String name) {
        ServedExport named = exports.get(name);
        if (named == null && name.isEmpty() && exports.size() == 1) {
            return exports.values().iterator().next();
        }
        return named;
    }

    /** All exports of this moment. */
    public synchronized List<ServedExport> all() {
        return List.copyOf(exports.values());
    }
}
