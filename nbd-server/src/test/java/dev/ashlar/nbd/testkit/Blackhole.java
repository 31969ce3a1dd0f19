package dev.ashlar.nbd.testkit;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A network that loses whatever a client sends over one TCP connection, until it is mended: the client's system goes on
 * sending what has not been acknowledged, so all of it arrives late. Made by a packet filter on the server's socket,
 * which must be in this process, found by the ports of its two ends.
 */
public final class Blackhole {
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_DETACH_FILTER = 27;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;

    /** "Keep 0 bytes", in the language of {@code linux/filter.h}: code (16), two jumps (8 each), value (32). */
    private static final long RETURN_NOTHING = 6;

    private static final MethodHandle SETSOCKOPT = call("setsockopt", FunctionDescriptor.of(ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT));
    private static final MethodHandle GETSOCKOPT = call("getsockopt", FunctionDescriptor.of(ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
            ValueLayout.ADDRESS));

    private final String inode;
    private final int fd;

    private Blackhole(String inode, int fd) {
        this.inode = inode;
        this.fd = fd;
    }

    /** Loses what {@code client} sends over IPv4 from now on. */
    public static Blackhole swallow(SocketChannel client) throws IOException {
        int server = ((InetSocketAddress) client.getRemoteAddress()).getPort();
        int ours = ((InetSocketAddress) client.getLocalAddress()).getPort();
        String inode = inode(server, ours);
        Blackhole hole = new Blackhole(inode, descriptor(inode));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment filter = arena.allocateFrom(ValueLayout.JAVA_LONG, RETURN_NOTHING);
            MemorySegment program = arena.allocate(16, 8);
            program.set(ValueLayout.JAVA_SHORT, 0, (short) 1);
            program.set(ValueLayout.ADDRESS, 8, filter);
            hole.set(SO_ATTACH_FILTER, program);
        }
        return hole;
    }

    /** Lets everything through again, if the server has the connection still. */
    public void mend() throws IOException {
        if (inode.equals(inodeOf(fd))) {
            try (Arena arena = Arena.ofConfined()) {
                set(SO_DETACH_FILTER, arena.allocate(4, 8));
            }
        }
    }

    /** Waits until the server's system has heard nothing from the client's for so long, data or acknowledgements. */
    public void awaitSilence(long millis) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(64, 8);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 64);
            do {
                Thread.yield();
                if ((int) GETSOCKOPT.invokeExact(fd, IPPROTO_TCP, TCP_INFO, info, length) != 0) {
                    throw new AssertionError("no TCP_INFO of fd=" + fd);
                }
            } while (Math.min(info.get(ValueLayout.JAVA_INT, 52), info.get(ValueLayout.JAVA_INT, 56)) < millis);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private void set(int option, MemorySegment value) throws IOException {
        int result;
        try {
            result = (int) SETSOCKOPT.invokeExact(fd, SOL_SOCKET, option, value, (int) value.byteSize());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        if (result != 0) {
            throw new IOException("packet filter: fd=" + fd + " option=" + option);
        }
    }

    /** Lines of proc_net_tcp(5): number, local and remote address in hexadecimal, and as tenth word the inode. */
    private static String inode(int localPort, int remotePort) throws IOException {
        for (String table : new String[] {"tcp", "tcp6"}) {
            for (String line : Files.readAllLines(Path.of("/proc/self/net", table))) {
                String[] words = line.strip().split("\\s+");
                if (words[1].endsWith(":%04X".formatted(localPort)) && words[2].endsWith(":%04X".formatted(remotePort))) {
                    return "socket:[" + words[9] + "]";
                }
            }
        }
        throw new IOException("no connection: localPort=" + localPort + " remotePort=" + remotePort);
    }

    private static int descriptor(String inode) throws IOException {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path link : links) {
                int number = Integer.parseInt(link.getFileName().toString());
                if (inode.equals(inodeOf(number))) {
                    return number;
                }
            }
        }
        throw new IOException("not a socket of this process: " + inode);
    }

    private static String inodeOf(int fd) throws IOException {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(fd))).toString();
        } catch (NoSuchFileException _) {
            return "";
        }
    }

    private static MethodHandle call(String name, FunctionDescriptor signature) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
    }
}
