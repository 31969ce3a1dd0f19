package dev.ashlar.nbd.transport;

import dev.ashlar.nbd.Endpoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Addresses as the system has them.
 *
 * <pre>
 *  IPv4:   family (16) port (16, big-endian) address (32)
 *  IPv6:   family (16) port (16, big-endian) flow (32) address (128) scope (32)
 *  Unix:   family (16) path (up to 108 bytes); abstract when the first is NUL
 *  vsock:  family (16) reserved (16) port (32) machine (32) flags (8) zeroes (24)
 * </pre>
 */
final class SocketAddresses {
    /** VMADDR_CID_ANY, VMADDR_PORT_ANY of vsock(7). */
    static final int ANY = -1;

    /** Room for any of them. */
    static final int MAX_BYTES = 128;

    private static final int IPV4_BYTES = 16;
    private static final int IPV6_BYTES = 28;
    private static final int IPV6_ADDRESS = 8;
    private static final int IPV6_SCOPE = 24;
    private static final int VSOCK_BYTES = 16;
    private static final int VSOCK_PORT = 4;
    private static final int VSOCK_MACHINE = 8;
    private static final int PATH = 2;
    private static final int MAX_PATH_BYTES = 107;

    private static final ValueLayout.OfShort FAMILY = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfShort PORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    /** What names of files are made of. */
    private static final Charset FILE_NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private SocketAddresses() {}

    static int family(MemorySegment address) {
        return address.get(FAMILY, 0);
    }

    static MemorySegment of(InetSocketAddress address, Arena arena) {
        byte[] bytes = address.getAddress().getAddress();
        boolean wide = address.getAddress() instanceof Inet6Address;
        MemorySegment memory = arena.allocate(wide ? IPV6_BYTES : IPV4_BYTES, Long.BYTES);
        memory.set(FAMILY, 0, (short) (wide ? SocketCalls.AF_INET6 : SocketCalls.AF_INET));
        memory.set(PORT, 2, (short) address.getPort());
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, wide ? IPV6_ADDRESS : 4, bytes.length);
        if (address.getAddress() instanceof Inet6Address six) {
            memory.set(INT, IPV6_SCOPE, six.getScopeId());
        }
        return memory;
    }

    /** @throws SocketException if the path is longer than the system takes */
    static MemorySegment of(Path path, Arena arena) throws SocketException {
        byte[] name = path.toString().getBytes(FILE_NAMES);
        if (name.length == 0 || name.length > MAX_PATH_BYTES) {
            throw new SocketException(path + ": a Unix socket's path has 1 to " + MAX_PATH_BYTES
                    + " bytes, and this one " + name.length);
        }
        MemorySegment memory = arena.allocate(PATH + name.length + 1L, Long.BYTES);
        memory.set(FAMILY, 0, (short) SocketCalls.AF_UNIX);
        MemorySegment.copy(name, 0, memory, ValueLayout.JAVA_BYTE, PATH, name.length);
        return memory;
    }

    /** A port at every number that this machine has. */
    static MemorySegment vsock(int port, Arena arena) {
        MemorySegment memory = arena.allocate(VSOCK_BYTES, Long.BYTES);
        memory.set(FAMILY, 0, (short) SocketCalls.AF_VSOCK);
        memory.set(INT, VSOCK_PORT, port);
        memory.set(INT, VSOCK_MACHINE, ANY);
        return memory;
    }

    /** A name in Linux's abstract namespace, which must be of ASCII and shorter than a path may be. */
    static MemorySegment ofAbstract(String name, Arena arena) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        MemorySegment memory = arena.allocate(PATH + 1L + bytes.length, Long.BYTES);
        memory.set(FAMILY, 0, (short) SocketCalls.AF_UNIX);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, PATH + 1, bytes.length);
        return memory;
    }

    /**
     * The address of a listening socket.
     *
     * @throws SocketException if it is of a kind that cannot be served
     */
    static Endpoint endpoint(MemorySegment address, int lengthBytes) throws IOException {
        return switch (family(address)) {
            case SocketCalls.AF_INET, SocketCalls.AF_INET6 -> new Endpoint.Tcp(inet(address));
            case SocketCalls.AF_UNIX -> new Endpoint.Unix(path(address, lengthBytes));
            case SocketCalls.AF_VSOCK -> new Endpoint.Vsock(vsockPort(address));
            default -> throw new SocketException("a socket of another kind: family=" + family(address));
        };
    }

    /** An IPv4 address that comes as IPv6 is one of IPv4. */
    static InetSocketAddress inet(MemorySegment address) throws IOException {
        boolean wide = family(address) == SocketCalls.AF_INET6;
        byte[] bytes = new byte[wide ? 16 : 4];
        MemorySegment.copy(address, ValueLayout.JAVA_BYTE, wide ? IPV6_ADDRESS : 4, bytes, 0, bytes.length);
        int scope = wide ? address.get(INT, IPV6_SCOPE) : 0;
        InetAddress plain = InetAddress.getByAddress(bytes);
        InetAddress host = scope != 0 && plain instanceof Inet6Address
                ? Inet6Address.getByAddress(null, bytes, scope)
                : plain;
        return new InetSocketAddress(host, Short.toUnsignedInt(address.get(PORT, 2)));
    }

    private static Path path(MemorySegment address, int lengthBytes) {
        int length = Math.max(lengthBytes - PATH, 0);
        byte[] name = address.asSlice(PATH, length).toArray(ValueLayout.JAVA_BYTE);
        boolean isAbstract = length > 0 && name[0] == 0;
        int end = isAbstract ? 1 : 0;
        while (end < length && name[end] != 0) {
            end++;
        }
        String text = new String(name, isAbstract ? 1 : 0, isAbstract ? end - 1 : end, FILE_NAMES);
        return Path.of(isAbstract ? "@" + text : text);
    }

    static int vsockPort(MemorySegment address) {
        return address.get(INT, VSOCK_PORT);
    }

    /** The number of the machine. */
    static int vsockMachine(MemorySegment address) {
        return address.get(INT, VSOCK_MACHINE);
    }
}
