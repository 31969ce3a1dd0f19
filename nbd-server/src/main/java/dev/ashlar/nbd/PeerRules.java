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
        boolean placed = peer.address() == null
                ? uids.isEmpty() || uids.contains(peer.uid())
                : addresses.isEmpty() || addresses.stream().anyMatch(range -> range.contains(peer.address()));
        return placed
                && (!requireTls || peer.encrypted())
                && (identities.isEmpty() || peer.identities().stream().anyMatch(identities::contains));
    }
}
