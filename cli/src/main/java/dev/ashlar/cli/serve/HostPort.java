package dev.ashlar.cli.serve;

/**
 * A TCP address to listen on.
 *
 * @param host name or address, IPv6 without brackets
 * @param port 0 for any free one
 */
public record HostPort(String host, int port) {
    /**
     * Reads {@code HOST:PORT}, {@code [IPV6]:PORT} or {@code HOST}, which means NBD's own port.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        boolean bracketed = text.startsWith("[");
        if (bracketed ? !text.contains("]") : text.indexOf(':') != colon) {
            throw new IllegalArgumentException("'" + text + "' is no HOST:PORT (IPv6 addresses go in brackets)");
        }
        boolean withPort = colon > text.indexOf(']');
        String host = withPort ? text.substring(0, colon) : text;
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        return new HostPort(host, withPort ? port(text, text.substring(colon + 1)) : Uris.NBD_PORT);
    }

    /**
     * Reads what {@link #parse} reads, or a port alone, which is one of the loopback address.
     *
     * @throws IllegalArgumentException if it is none of these, or names no port
     */
    public static HostPort parseLocal(String text) {
        if (text.matches("[0-9]+")) {
            return new HostPort("127.0.0.1", port(text, text));
        }
        if (text.indexOf(':') < 0 || text.endsWith("]")) {
            throw new IllegalArgumentException("'" + text + "' has no port");
        }
        return parse(text);
    }

    private static int port(String text, String digits) {
        if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > 65535) {
            throw new IllegalArgumentException("'" + text + "' has no port from 0 to 65535");
        }
        return Integer.parseInt(digits);
    }
}
