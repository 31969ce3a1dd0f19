package dev.ashlar.cli.serve;

import dev.ashlar.nbd.Endpoint;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a daemon listens.
 *
 * @param listens TCP addresses
 * @param sockets Unix sockets
 * @param vsocks vsock ports, 32 bits without sign
 * @param unixMode permissions of those sockets' files, null for what the umask leaves
 */
public record Listening(
        List<HostPort> listens, List<Path> sockets, List<Integer> vsocks, Set<PosixFilePermission> unixMode) {
    /** Nothing said. */
    public static final Listening NONE = new Listening(List.of(), List.of(), List.of(), null);

    /** Where a daemon listens that was told nothing. */
    public static final HostPort DEFAULT = new HostPort("127.0.0.1", Uris.NBD_PORT);

    private static final long LAST_VSOCK_PORT = 0xffff_fffeL;

    /** Copies the lists. */
    public Listening {
        listens = List.copyOf(listens);
        sockets = List.copyOf(sockets);
        vsocks = List.copyOf(vsocks);
    }

    /** Without vsock. */
    public Listening(List<HostPort> listens, List<Path> sockets, Set<PosixFilePermission> unixMode) {
        this(listens, sockets, List.of(), unixMode);
    }

    /**
     * Reads a vsock port.
     *
     * @throws IllegalArgumentException if there is none of this number
     */
    public static int parseVsock(String text) {
        if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) > LAST_VSOCK_PORT) {
            throw new IllegalArgumentException("'" + text + "' is no vsock port from 0 to " + LAST_VSOCK_PORT);
        }
        return Integer.parseUnsignedInt(text);
    }

    /** All addresses of both; of what can only be said once, what this says. */
    public Listening and(Listening other) {
        return new Listening(
                Stream.concat(listens.stream(), other.listens.stream()).toList(),
                Stream.concat(sockets.stream(), other.sockets.stream()).toList(),
                Stream.concat(vsocks.stream(), other.vsocks.stream()).toList(),
                unixMode == null ? other.unixMode : unixMode);
    }

    /** Whether no address is named. */
    public boolean isEmpty() {
        return listens.isEmpty() && sockets.isEmpty() && vsocks.isEmpty();
    }

    /**
     * Where sockets are certain to be made: at the default, where nothing is named and no service manager passes any;
     * and where some are passed, they may be those of the TCP addresses that are named.
     */
    Listening certain(boolean socketsPassed) {
        if (socketsPassed) {
            return new Listening(List.of(), sockets, unixMode);
        }
        return isEmpty() ? new Listening(List.of(DEFAULT), List.of(), unixMode) : this;
    }

    /** The addresses at which no socket was passed. */
    Listening without(List<Endpoint> passed) {
        return new Listening(
                listens.stream().filter(listen -> passed.stream().noneMatch(one -> isAt(one, listen))).toList(),
                sockets.stream().filter(socket -> passed.stream().noneMatch(one -> isAt(one, socket))).toList(),
                vsocks.stream().filter(port -> passed.stream().noneMatch(new Endpoint.Vsock(port)::equals)).toList(),
                unixMode);
    }

    private static boolean isAt(Endpoint passed, HostPort listen) {
        if (!(passed instanceof Endpoint.Tcp(var address)) || address.getPort() != listen.port()) {
            return false;
        }
        try {
            InetAddress there = address.getAddress();
            return Stream.of(InetAddress.getAllByName(listen.host())).anyMatch(named -> named.equals(there)
                    || there.isAnyLocalAddress() && (named instanceof Inet4Address || there instanceof Inet6Address));
        } catch (UnknownHostException _) {
            // Said by who listens there.
            return false;
        }
    }

    private static boolean isAt(Endpoint passed, Path socket) {
        return passed instanceof Endpoint.Unix(var path) && path.equals(socket.toAbsolutePath().normalize());
    }

    /**
     * Permissions as {@code chmod} takes them, such as {@code 0660}.
     *
     * @throws IllegalArgumentException if the text is no such number
     */
    public static Set<PosixFilePermission> parseMode(String text) {
        if (!text.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("'" + text + "' is no file mode such as 0660");
        }
        int mode = Integer.parseInt(text, 8);
        // Declared from the owner's right to read, the highest bit, to the others' right to execute.
        return Stream.of(PosixFilePermission.values())
                .filter(permission -> (mode & 0400 >> permission.ordinal()) != 0)
                .collect(Collectors.toUnmodifiableSet());
    }
}
