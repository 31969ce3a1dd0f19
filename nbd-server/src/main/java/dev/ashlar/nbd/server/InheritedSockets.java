package dev.ashlar.nbd.server;

import dev.ashlar.nbd.transport.ListeningSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sockets that a service manager has opened and passed on, by systemd's rule ({@code sd_listen_fds(3)}): LISTEN_PID
 * says for whom they are, LISTEN_FDS how many there are from descriptor 3 on, LISTEN_FDNAMES how they are called, with
 * colons between the names.
 */
final class InheritedSockets {
    private static final int FIRST = 3;
    private static final int MOST = 1024;

    /** A descriptor and what the manager calls it. */
    record Descriptor(int number, String name) {}

    private static final AtomicBoolean TAKEN = new AtomicBoolean();

    private InheritedSockets() {}

    /**
     * What this process was passed, the first time. Afterwards nothing: once a server has closed them, the numbers are
     * anybody's.
     */
    static List<Descriptor> take() throws IOException {
        List<Descriptor> ours = descriptors(System.getenv(), ProcessHandle.current().pid());
        return TAKEN.getAndSet(true) ? List.of() : ours;
    }

    /**
     * The descriptors that are meant for this process; none when the variables are missing or meant for another.
     *
     * @throws IOException if the variables contradict themselves
     */
    static List<Descriptor> descriptors(Map<String, String> environment, long ownPid) throws IOException {
        String pid = environment.get("LISTEN_PID");
        String count = environment.get("LISTEN_FDS");
        if (pid == null || count == null || number("LISTEN_PID", pid, Long.MAX_VALUE) != ownPid) {
            return List.of();
        }
        int sockets = (int) number("LISTEN_FDS", count, MOST);
        String names = environment.get("LISTEN_FDNAMES");
        String[] named = names == null ? new String[0] : names.split(":", -1);
        if (names != null && named.length != sockets) {
            throw new IOException("LISTEN_FDNAMES has " + named.length + " names and LISTEN_FDS says " + sockets);
        }
        List<Descriptor> descriptors = new ArrayList<>();
        for (int i = 0; i < sockets; i++) {
            descriptors.add(new Descriptor(FIRST + i, names == null ? "unknown" : named[i]));
        }
        return descriptors;
    }

    private static long number(String variable, String value, long most) throws IOException {
        try {
            long number = Long.parseLong(value);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // As wrong as one that is out of range.
        }
        throw new IOException(variable + " is no number from 0 to " + most + ": " + value);
    }

    /** Takes the sockets over, all or none. */
    static List<ListeningSocket> open(List<Descriptor> descriptors) throws IOException {
        List<ListeningSocket> sockets = new ArrayList<>();
        try {
            for (Descriptor descriptor : descriptors) {
                sockets.add(open(descriptor));
            }
            return sockets;
        } catch (IOException e) {
            sockets.forEach(ListeningSocket::close);
            throw e;
        }
    }

    private static ListeningSocket open(Descriptor descriptor) throws IOException {
        try {
            return ListeningSocket.inherited(descriptor.number());
        } catch (IOException e) {
            throw new IOException("socket '" + descriptor.name() + "' of the service manager: " + e.getMessage(), e);
        }
    }
}
