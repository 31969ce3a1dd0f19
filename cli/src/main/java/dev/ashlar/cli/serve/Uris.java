package dev.ashlar.cli.serve;

import dev.ashlar.nbd.Endpoint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * NBD URIs of one address, after the NBD project's {@code uri.md}.
 *
 * @param transport what is added to the scheme
 * @param authority host and port, where there are such
 * @param query with its question mark, "" for none
 */
record Uris(String transport, String authority, String query) {
    /** The port that IANA gave to NBD. */
    static final int NBD_PORT = 10809;

    private static final String UNRESERVED = "-._~/";

    /** A host as its guests see it, {@code VMADDR_CID_HOST} of vsock(7). */
    private static final int HOST_CID = 2;

    /** Of a TCP address. A wildcard is named by the loopback address of its family. */
    static Uris tcp(HostPort address) {
        String host =
                switch (address.host()) {
                    case "0.0.0.0", "" -> "127.0.0.1";
                    case "::", "0:0:0:0:0:0:0:0" -> "[::1]";
                    default -> address.host().contains(":") ? "[" + address.host() + "]" : address.host();
                };
        return new Uris("", host + ":" + address.port(), "");
    }

    /** Of a Unix socket. */
    static Uris unix(Path socket) {
        return new Uris("+unix", "", "?socket=" + escape(socket.toAbsolutePath().normalize().toString()));
    }

    /** Of an address that was passed on by a service manager. */
    static Uris of(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Tcp(var address) ->
                tcp(new HostPort(address.getAddress().getHostAddress(), address.getPort()));
            case Endpoint.Unix(var path) when path.toString().startsWith("@") ->
                new Uris("+unix", "", "?socket=%00" + escape(path.toString().substring(1)));
            case Endpoint.Unix(var path) -> unix(path);
            case Endpoint.Vsock(var port) -> new Uris("+vsock", HOST_CID + ":" + Integer.toUnsignedString(port), "");
        };
    }

    /**
     * Where an export is found.
     *
     * @param encrypted whether only by TLS
     */
    String of(String export, boolean encrypted) {
        return (encrypted ? "nbds" : "nbd") + transport + "://" + authority + "/" + escape(export) + query;
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
                escaped.append(c);
            } else {
                escaped.append(String.format("%%%02X", (int) c));
            }
        }
        return escaped.toString();
    }
}
