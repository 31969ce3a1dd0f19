package dev.ashlar.nbd;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Where a server listens. {@code toString} is for people. */
public sealed interface Endpoint {

    /** A TCP address. */
    record Tcp(InetSocketAddress address) implements Endpoint {
        @Override
        public String toString() {
            return text(address);
        }
    }

    /** The path of a Unix socket; one in Linux's abstract namespace, which has no file, begins with '@'. */
    record Unix(Path path) implements Endpoint {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** A port that the virtual machines of this host, or the host of this machine, reach without a network. */
    record Vsock(int port) implements Endpoint {
        @Override
        public String toString() {
            return "vsock:" + Integer.toUnsignedString(port);
        }
    }

    /** Address and port, an IPv6 address in brackets. */
    static String text(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        String text = host.getHostAddress();
        return (host instanceof Inet6Address ? "[" + text + "]" : text) + ":" + address.getPort();
    }
}
