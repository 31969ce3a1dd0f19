package dev.ashlar.nbd;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * IP addresses that begin with the same bits.
 *
 * @param network the first address
 * @param prefixBits how many leading bits count
 */
public record AddressRange(InetAddress network, int prefixBits) {

    /** Checks the number of bits. */
    public AddressRange {
        if (prefixBits < 0 || prefixBits > network.getAddress().length * Byte.SIZE) {
            throw new IllegalArgumentException("prefixBits=" + prefixBits + " of " + network.getHostAddress());
        }
    }

    /**
     * Reads "192.0.2.0/24", "2001:db8::/32" or a single address. IPv4 addresses have four parts: what fewer mean is not
     * the same to everybody.
     *
     * @throws IllegalArgumentException if it is none; names are not looked up
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (!address.matches("[0-9]{1,3}([.][0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            throw noRange(text);
        }
        try {
            InetAddress network = InetAddress.getByName(address);
            int bits = network.getAddress().length * Byte.SIZE;
            String prefix = slash < 0 ? String.valueOf(bits) : text.substring(slash + 1);
            if (!prefix.matches("[0-9]{1,3}") || Integer.parseInt(prefix) > bits) {
                throw new IllegalArgumentException("'" + text + "' has no prefix from /0 to /" + bits);
            }
            return new AddressRange(network, Integer.parseInt(prefix));
        } catch (UnknownHostException _) {
            throw noRange(text);
        }
    }

    private static IllegalArgumentException noRange(String text) {
        return new IllegalArgumentException("'" + text + "' is no IP address or range of them, such as 192.0.2.0/24");
    }

    /** Whether the address lies in the range. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        byte[] wanted = network.getAddress();
        if (bytes.length != wanted.length) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit += Byte.SIZE) {
            int counted = Math.min(Byte.SIZE, prefixBits - bit);
            int differing = (bytes[bit / Byte.SIZE] ^ wanted[bit / Byte.SIZE]) & 0xff;
            if (differing >>> Byte.SIZE - counted != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixBits;
    }
}
