package dev.ashlar.nbd.export;

import dev.ashlar.block.BlockDevice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The connections that use a device, through any of its exports, those included that have been removed. What one of them
 * has begun lands on the device whatever became of the export, so this is what waits are for. Its monitor guards the
 * entries and whether an export is closed.
 */
final class DeviceUsers {
    private final BlockDevice device;
    private final Map<ExportUser, ServedExport> users = new LinkedHashMap<>();
    private int openExports;

    DeviceUsers(BlockDevice device) {
        this.device = device;
    }

    BlockDevice device() {
        return device;
    }

    /**
     * Counts a new export of the device in.
     *
     * @return the connections that exports have left behind that were removed before
     */
    synchronized Set<ExportUser> open() {
        openExports++;
        return Set.copyOf(users.entrySet().stream()
                .filter(use -> use.getValue().closed())
                .map(Map.Entry::getKey)
                .toList());
    }

    /** Counts out an export that nobody enters any more. */
    synchronized void close() {
        openExports--;
        notifyAll();
    }

    /** Whether nobody uses the device, nor can begin to. */
    synchronized boolean abandoned() {
        return openExports == 0 && users.isEmpty();
    }

    synchronized void enter(ExportUser user, ServedExport through) {
        users.put(user, through);
    }

    synchronized void leave(ExportUser user) {
        users.remove(user);
        notifyAll();
    }

    /** Whether any of these is still there. */
    synchronized boolean anyOf(Set<ExportUser> some) {
        return some.stream().anyMatch(users::containsKey);
    }

    /** The connections of a client, through {@code export} or through the others. */
    synchronized List<ExportUser> of(String client, ServedExport export, boolean through) {
        return users.entrySet().stream()
                .filter(use -> (use.getValue() == export) == through)
                .map(Map.Entry::getKey)
                .filter(user -> user.client().equals(client))
                .toList();
    }

    synchronized List<ExportUser> through(ServedExport export) {
        return users.entrySet().stream()
                .filter(use -> use.getValue() == export)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Waits until nobody uses the device through {@code export}, at most until {@code deadlineNanos}. */
    synchronized boolean awaitNoneThrough(ServedExport export, long deadlineNanos) throws InterruptedException {
        while (users.containsValue(export)) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
