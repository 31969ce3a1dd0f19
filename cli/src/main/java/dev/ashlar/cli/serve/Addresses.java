package dev.ashlar.cli.serve;

import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Looks whether addresses can be had before anything is made or opened. They can still be lost in between; then
 * listening itself fails.
 */
public final class Addresses {
    /** sun_path of unix(7) without its closing zero. */
    private static final int MAX_SOCKET_PATH_BYTES = 107;

    private Addresses() {}

    /** @throws IOException naming the first address that cannot be listened at */
    public static void requireFree(Listening listening) throws IOException {
        for (HostPort listen : listening.listens()) {
            if (listen.port() != 0) {
                requireFree(listen);
            }
        }
        for (Path socket : listening.sockets()) {
            requireUsable(socket);
        }
    }

    private static void requireFree(HostPort listen) throws IOException {
        String address = listen.host() + ":" + listen.port();
        InetSocketAddress wanted = new InetSocketAddress(listen.host(), listen.port());
        if (wanted.isUnresolved()) {
            throw new UnknownHostException("no address for this host: host=" + listen.host());
        }
        try (ServerSocketChannel probe = ServerSocketChannel.open()) {
            probe.bind(wanted);
        } catch (BindException e) {
            BindException named = new BindException("cannot listen at " + address + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        }
    }

    private static void requireUsable(Path socket) throws CommandFailure {
        Path absolute = socket.toAbsolutePath();
        if (!Files.isDirectory(absolute.getParent())) {
            throw new CommandFailure(ExitCode.USAGE, "cannot listen at " + socket + ": no such directory: "
                    + absolute.getParent());
        }
        int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_SOCKET_PATH_BYTES) {
            throw new CommandFailure(ExitCode.USAGE, "cannot listen at " + socket
                    + ": a Unix socket's path has at most " + MAX_SOCKET_PATH_BYTES + " bytes, and this one has "
                    + bytes);
        }
    }
}
