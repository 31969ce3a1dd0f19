package dev.ashlar.nbd;

import java.util.List;

/**
 * Who may open an export. Every list that is not empty is a condition, met by any of its entries; a peer must meet all of the
 * conditions that can apply to its kind of socket.
 *
 * @param requireTls whether the connection must be encrypted (SELECTIVETLS where only some exports ask for it)
 * @param addresses where TCP clients may come from
 * @param uids users whose processes may come over a Unix socket; 32 bits without sign, and -1 is nobody's
 * @param identities what a client's certificate must say of its holder, as in {@link Peer#identities}; implies TLS
 */
public record PeerRules(
        boolean requireTls, List<AddressRange> addresses, List<Integer> uids, List<String> identities) {
    /** Everybody. */
    public static final PeerRules ANYBODY = new PeerRules(false, List.of(), List.of(), List.of());

    /** Copies the lists. */
    public PeerRules {
        addresses = List.copyOf(addresses);
        uids = List.copyOf(uids);
        if (uids.contains(Peer.NO_USER)) {
            throw new IllegalArgumentException("uid=" + Integer.toUnsignedString(Peer.NO_USER) + " is no user's number");
        }
        identities = List.copyOf(identities);
        requireTls |= !identities.isEmpty();
    }

    /** Whether {@code peer} may open the export; without TLS where it is required, false. */
    public boolean permit(Peer peer) {
        return objection(peer) == null;
    }

    /** Why {@code peer} may not open the export, for its owner and not for the peer; null if it may. */
    public String objection(Peer peer) {
        if (peer.address() == null) {
            if (!uids.isEmpty() && !uids.contains(peer.uid())) {
                return "its user is not allowed";
            }
        } else if (!addresses.isEmpty() && addresses.stream().noneMatch(range -> range.contains(peer.address()))) {
            return "its address is not allowed";
        }
        if (requireTls && !peer.encrypted()) {
            return "it has not begun TLS";
        }
        return identities.isEmpty() || peer.identities().stream().anyMatch(identities::contains)
                ? null : "its identity is not allowed";
    }
}
