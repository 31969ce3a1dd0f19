package dev.ashlar.cli.serve;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** NBD URIs, after the NBD project's {@code uri.md}. */
final class Uris {
    /** The port that IANA gave to NBD. */
    static final int NBD_PORT = 10809;

    private static final String UNRESERVED = "-._~/";

    private Uris() {}

    /** Where an export is found over TCP. A wildcard address is named by the loopback address of its family. */
    static String tcp(HostPort address, String export) {
        String host =
                switch (address.host()) {
                    case "0.0.0.0", "" -> "127.0.0.1";
                    case "::" -> "[::1]";
                    default -> address.host().contains(":") ? "[" + address.host() + "]" : address.host();
                };
        return "nbd://" + host + ":" + address.port() + "/" + escape(export);
    }

    /** Where an export is found over a Unix socket. */
    static String unix(Path socket, String export) {
        return "nbd+unix:///" + escape(export) + "?socket=" + escape(socket.toAbsolutePath().normalize().toString());
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
