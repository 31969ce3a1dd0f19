package dev.ashlar.nbd;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;

/**
 * Who is at the other end of a connection, as far as the server can tell by itself.
 *
 * @param text address and port, "unix:" and the path of our socket, or "vsock:" and the number of the machine; for people
 * @param address null unless it is TCP
 * @param uid the user of the process at the other end of a Unix socket, 32 bits without sign; else {@link #NO_USER}
 * @param encrypted whether TLS protects the connection by now
 * @param identities what a verified certificate says of its holder, as "CN=name", "DNS=name", "URI=name", "IP=address" and
 *     "SUBJECT=" and the whole RFC 2253 subject; or "PSK=name"; empty without
 */
public record Peer(String text, InetAddress address, int uid, boolean encrypted, List<String> identities) {
    /** No user has this number: the system itself takes it for "none". */
    public static final int NO_USER = -1;

    /** Copies the list. */
    public Peer {
        Objects.requireNonNull(text, "text");
        identities = List.copyOf(identities);
    }

    /** The same peer behind TLS. */
    public Peer withTls(List<String> verified) {
        return new Peer(text, address, uid, true, verified);
    }

    /**
     * Which client this is, whatever connection it uses: a new connection of the same client takes the place of one that has
     * died. One that has proven who it is may come back from anywhere, so what it has proven is all that counts; others are
     * told apart by address, user or machine. Clients that cannot be told apart count as one.
     */
    public String client() {
        if (!identities.isEmpty()) {
            return identities.getFirst();
        }
        if (address != null) {
            return address.getHostAddress();
        }
        return uid == NO_USER ? text : "uid=" + Integer.toUnsignedString(uid);
    }
}
