package dev.ashlar.nbd.server;

import dev.ashlar.nbd.Endpoint;
import dev.ashlar.nbd.transport.ListeningSocket;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Listens at all addresses of a host at once. */
final class TcpAddresses {
    /** A port that is free at one address may be taken at the next; then another free one is tried. */
    private static final int ATTEMPTS = 8;

    private TcpAddresses() {}

    /**
     * One socket per address, all with one port. An address that this machine does not have, or whose protocol it does
     * not speak, is left out as long as another is there: "localhost" means IPv6 too on machines that have it.
     *
     * @param port 0 for a free one
     */
    static List<ListeningSocket> listen(String host, int port, int backlog) throws IOException {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(host);
        } catch (UnknownHostException _) {
            throw new UnknownHostException("no address for this host: host=" + host);
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return listenAll(addresses, port, backlog);
            } catch (BindException e) {
                if (port != 0 || addresses.length == 1 || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static List<ListeningSocket> listenAll(InetAddress[] addresses, int port, int backlog) throws IOException {
        List<ListeningSocket> sockets = new ArrayList<>();
        SocketException missing = null;
        int chosen = port;
        for (InetAddress address : addresses) {
            try {
                ListeningSocket socket = ListeningSocket.tcp(new InetSocketAddress(address, chosen), backlog);
                sockets.add(socket);
                chosen = ((Endpoint.Tcp) socket.address()).address().getPort();
            } catch (ListeningSocket.NoSuchAddressException e) {
                missing = e;
            } catch (IOException e) {
                sockets.forEach(ListeningSocket::close);
                throw e;
            }
        }
        if (sockets.isEmpty()) {
            throw missing;
        }
        return sockets;
    }
}
