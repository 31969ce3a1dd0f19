package dev.ashlar.nbd.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where an export is found and how to get there, after the NBD project's {@code uri.md}: the schemes {@code nbd},
 * {@code nbds}, {@code nbd+unix} and {@code nbds+unix}, and libnbd's {@code tls-certificates} and {@code tls-psk-file}.
 *
 * @param encrypted whether TLS must be agreed on before anything else
 * @param host name or address, null for Unix sockets
 * @param port of TCP
 * @param socket path of a Unix socket, null for TCP
 * @param export name of the export
 * @param certificates directory with {@code ca-cert.pem} and, to show, {@code client-cert.pem} and
 *     {@code client-key.pem}; null to trust whom the JDK trusts and show nothing
 * @param tlsHostname whose name the server's certificate must carry, null where none is known
 * @param verifyPeer whether the server's certificate must hold
 * @param pskKeys file of pre-shared keys, as GnuTLS's psktool writes it, to be used instead of certificates; null for
 *     certificates
 * @param user whose of these keys is used; null with certificates
 */
public record NbdUri(
        boolean encrypted,
        String host,
        int port,
        Path socket,
        String export,
        Path certificates,
        String tlsHostname,
        boolean verifyPeer,
        Path pskKeys,
        String user) {
    private static final int NBD_PORT = 10809;
    private static final Set<String> SCHEMES = Set.of("nbd", "nbds", "nbd+unix", "nbds+unix");

    /**
     * Reads a URI.
     *
     * @throws IllegalArgumentException if it is none of NBD, or asks for what this client cannot do
     */
    public static NbdUri parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("no URI: " + e.getMessage());
        }
        String scheme = uri.getScheme();
        if (scheme == null || !SCHEMES.contains(scheme) || uri.isOpaque()) {
            throw new IllegalArgumentException("no URI of NBD: " + text);
        }
        Map<String, String> query = query(uri);
        boolean unix = scheme.endsWith("+unix");
        String socket = query.remove("socket");
        if (unix == (socket == null)) {
            throw new IllegalArgumentException("socket= belongs to Unix sockets, and to them only: " + text);
        }
        if (!unix && uri.getHost() == null) {
            throw new IllegalArgumentException("no host: " + text);
        }
        String host = unix ? null : uri.getHost().replaceAll("^\\[|]$", "");
        String certificates = query.remove("tls-certificates");
        String hostname = query.remove("tls-hostname");
        boolean verify = verify(query.remove("tls-verify-peer"));
        String keys = query.remove("tls-psk-file");
        checkType(query.remove("tls-type"), keys, text);
        if (!query.isEmpty()) {
            throw new IllegalArgumentException("unknown " + query.keySet() + " in " + text);
        }
        return new NbdUri(
                scheme.startsWith("nbds"),
                host,
                uri.getPort() < 0 ? NBD_PORT : uri.getPort(),
                unix ? Path.of(socket) : null,
                uri.getPath().isEmpty() ? "" : uri.getPath().substring(1),
                certificates == null ? null : Path.of(certificates),
                hostname == null ? host : hostname,
                verify,
                keys == null ? null : Path.of(keys),
                keys == null ? null : user(uri));
    }

    private static void checkType(String type, String keys, String text) {
        if (type != null && !type.equals("x509") && !type.equals("psk")) {
            throw new IllegalArgumentException("tls-type=" + type + ": only x509 and psk are known here");
        }
        if (type != null && type.equals("psk") != (keys != null)) {
            throw new IllegalArgumentException("tls-psk-file= belongs to tls-type=psk, and to it only: " + text);
        }
    }

    /** The one before the @, else who runs this. An authority without a host is none to {@link URI}. */
    private static String user(URI uri) {
        String authority = uri.getRawAuthority();
        int at = authority == null ? -1 : authority.lastIndexOf('@');
        return at < 0 ? System.getProperty("user.name") : decode(authority.substring(0, at));
    }

    /** A plus sign is one, unlike in forms. */
    private static String decode(String raw) {
        return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static boolean verify(String value) {
        return switch (value) {
            case null -> true;
            case "1", "true" -> true;
            case "0", "false" -> false;
            default -> throw new IllegalArgumentException("tls-verify-peer=" + value);
        };
    }

    private static Map<String, String> query(URI uri) {
        Map<String, String> query = new LinkedHashMap<>();
        String raw = uri.getRawQuery();
        for (String part : raw == null || raw.isEmpty() ? new String[0] : raw.split("&")) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? part : part.substring(0, equals);
            String value = decode(part.substring(equals + 1));
            if (equals < 0 || query.put(key, value) != null) {
                throw new IllegalArgumentException("a parameter without value, or twice: " + part);
            }
        }
        return query;
    }
}
