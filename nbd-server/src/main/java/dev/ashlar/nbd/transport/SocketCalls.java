package dev.ashlar.nbd.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The calls of libc on sockets; nothing else here makes any.
 *
 * <p>Every method returns what the call returned, or the negated errno, and starts again where a signal interrupted it.
 * Memory is passed by address, so that no segment object is made per call; the caller keeps it alive and checks its
 * bounds. The call handles live in small holder classes, because linking one takes milliseconds.
 *
 * <p>The frequent calls allocate nothing. They are therefore made without capturing errno, for which the linker slices
 * a segment that the compiler removes most of the time only; a failed one is made again to learn why. For stream
 * sockets that is harmless: a failed call has moved no byte, and when the second succeeds, its bytes are as good as the
 * first's. An error that the system tells only once, like a reset, is an end of the stream the second time.
 *
 * <p>Calls that may wait are ordinary ones: a thread that waits in them does not hold up the garbage collector.
 *
 * <p>Constants are those of 64-bit Linux on x86-64 and aarch64 ({@code asm-generic/socket.h}, {@code
 * asm-generic/poll.h}, {@code linux/tcp.h}); values that differ between the two are not used.
 */
final class SocketCalls {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_VSOCK = 40;

    static final int SOCK_STREAM = 1;

    static final int SOL_SOCKET = 1;
    static final int SO_REUSEADDR = 2;
    static final int SO_TYPE = 3;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_KEEPALIVE = 9;
    static final int SO_PEERCRED = 17;
    static final int SO_ACCEPTCONN = 30;
    static final int SO_SNDBUFFORCE = 32;
    static final int SO_RCVBUFFORCE = 33;

    static final int IPPROTO_TCP = 6;
    static final int TCP_NODELAY = 1;
    static final int TCP_KEEPIDLE = 4;
    static final int TCP_KEEPINTVL = 5;
    static final int TCP_KEEPCNT = 6;
    static final int TCP_INFO = 11;
    static final int TCP_USER_TIMEOUT = 18;

    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_V6ONLY = 26;

    static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;

    static final int SHUT_RD = 0;
    static final int SHUT_RDWR = 2;

    static final short POLLIN = 1;
    static final short POLLERR = 8;
    static final short POLLHUP = 0x10;
    static final short POLLRDHUP = 0x2000;

    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EPIPE = 32;
    static final int EAFNOSUPPORT = 97;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;
    static final int ECONNABORTED = 103;
    static final int ECONNRESET = 104;

    private static final int CLOEXEC_FLAG = 02000000; // SOCK_CLOEXEC, EFD_CLOEXEC
    private static final int NONBLOCK_FLAG = 04000; // O_NONBLOCK, SOCK_NONBLOCK, EFD_NONBLOCK

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout PTR = ValueLayout.ADDRESS;

    /** Where a call leaves its errno; one per thread, freed with the thread. */
    private static final ThreadLocal<MemorySegment> ERRNO =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private SocketCalls() {}

    /** Receives at most {@code lengthBytes} bytes; 0 means the end of the stream. */
    static long recv(int fd, long address, long lengthBytes, int flags) {
        try {
            long result = (long) Io.RECV.invokeExact(fd, address, lengthBytes, flags);
            return result >= 0 ? result : transfer(IoErrno.RECV, fd, address, lengthBytes, flags);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As {@link #recv} without waiting, but -1 for whatever else than bytes or the end there is. */
    static long tryRecv(int fd, long address, long lengthBytes) {
        try {
            return (long) Io.RECV.invokeExact(fd, address, lengthBytes, MSG_DONTWAIT);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Sends at most {@code lengthBytes} bytes. */
    static long send(int fd, long address, long lengthBytes) {
        try {
            long result = (long) Io.SEND.invokeExact(fd, address, lengthBytes, MSG_NOSIGNAL);
            return result >= 0 ? result : transfer(IoErrno.SEND, fd, address, lengthBytes, MSG_NOSIGNAL);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Receives into the ranges of a {@link MessageHeader}; 0 means the end of the stream. */
    static long recvmsg(int fd, long headerAddress, int flags) {
        try {
            long result = (long) Io.RECVMSG.invokeExact(fd, headerAddress, flags);
            return result >= 0 ? result : message(IoErrno.RECVMSG, fd, headerAddress, flags);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As {@link #recvmsg} without waiting, but -1 for whatever else than bytes or the end there is. */
    static long tryRecvmsg(int fd, long headerAddress) {
        try {
            return (long) Io.RECVMSG.invokeExact(fd, headerAddress, MSG_DONTWAIT);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Sends from the ranges of a {@link MessageHeader}. */
    static long sendmsg(int fd, long headerAddress) {
        try {
            long result = (long) Io.SENDMSG.invokeExact(fd, headerAddress, MSG_NOSIGNAL);
            return result >= 0 ? result : message(IoErrno.SENDMSG, fd, headerAddress, MSG_NOSIGNAL);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static long transfer(MethodHandle call, int fd, long address, long lengthBytes, int flags) {
        MemorySegment errno = ERRNO.get();
        try {
            while (true) {
                long result = (long) call.invokeExact(errno, fd, address, lengthBytes, flags);
                if (result >= 0 || errno(errno) != EINTR) {
                    return result >= 0 ? result : -errno(errno);
                }
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static long message(MethodHandle call, int fd, long headerAddress, int flags) {
        MemorySegment errno = ERRNO.get();
        try {
            while (true) {
                long result = (long) call.invokeExact(errno, fd, headerAddress, flags);
                if (result >= 0 || errno(errno) != EINTR) {
                    return result >= 0 ? result : -errno(errno);
                }
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Waits for events on {@code count} entries of struct pollfd, -1 ms without end: how many have some. */
    static int poll(long address, int count, int timeoutMillis) {
        MemorySegment errno = ERRNO.get();
        try {
            while (true) {
                int result = (int) Wait.POLL.invokeExact(errno, address, (long) count, timeoutMillis);
                if (result >= 0 || errno(errno) != EINTR) {
                    return result >= 0 ? result : -errno(errno);
                }
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A descriptor that becomes readable, and stays so, with the first {@link #signal}. */
    static int eventfd() {
        MemorySegment errno = ERRNO.get();
        try {
            int result = (int) Wait.EVENTFD.invokeExact(errno, 0, CLOEXEC_FLAG | NONBLOCK_FLAG);
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Makes an {@link #eventfd} readable. */
    static int signal(int fd) {
        MemorySegment errno = ERRNO.get();
        try {
            int result = (int) Wait.EVENTFD_WRITE.invokeExact(errno, fd, 1L);
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A new stream socket, closed in programs that are started. */
    static int socket(int family) {
        MemorySegment errno = ERRNO.get();
        try {
            int result = (int) Listen.SOCKET.invokeExact(errno, family, SOCK_STREAM | CLOEXEC_FLAG, 0);
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int bind(int fd, MemorySegment address) {
        MemorySegment errno = ERRNO.get();
        try {
            int result = (int) Listen.BIND.invokeExact(errno, fd, address, (int) address.byteSize());
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int listen(int fd, int backlog) {
        return twoInts(Listen.LISTEN, fd, backlog);
    }

    /**
     * Takes the next connection, blocking and closed in programs that are started.
     *
     * @param address room for the peer's
     * @param length the size of the room, then of the address
     */
    static int accept(int fd, MemorySegment address, MemorySegment length) {
        MemorySegment errno = ERRNO.get();
        try {
            while (true) {
                int result = (int) Listen.ACCEPT4.invokeExact(errno, fd, address, length, CLOEXEC_FLAG);
                if (result >= 0 || errno(errno) != EINTR) {
                    return result >= 0 ? result : -errno(errno);
                }
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int getsockname(int fd, MemorySegment address, MemorySegment length) {
        MemorySegment errno = ERRNO.get();
        try {
            int result = (int) Listen.GETSOCKNAME.invokeExact(errno, fd, address, length);
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Sets an option whose value is an int. */
    static int setOption(int fd, int level, int name, int value) {
        MemorySegment errno = ERRNO.get();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(INT, value);
            int result = (int) Options.SETSOCKOPT.invokeExact(errno, fd, level, name, memory, Integer.BYTES);
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Fills {@code value} as far as the option reaches: how many bytes that were. */
    static int getOption(int fd, int level, int name, MemorySegment value) {
        MemorySegment errno = ERRNO.get();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(INT, (int) value.byteSize());
            int result = (int) Options.GETSOCKOPT.invokeExact(errno, fd, level, name, value, length);
            return result >= 0 ? length.get(INT, 0) : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Closes {@code fd} in programs that are started from now on. */
    static int setCloseOnExec(int fd) {
        final int setDescriptorFlags = 2; // F_SETFD
        final int closeOnExec = 1; // FD_CLOEXEC
        return fcntl(fd, setDescriptorFlags, closeOnExec);
    }

    /** Makes calls on {@code fd}, through whatever descriptor of it, answer EAGAIN instead of waiting. */
    static int setNonBlocking(int fd) {
        final int getFlags = 3; // F_GETFL
        final int setFlags = 4; // F_SETFL
        int flags = fcntl(fd, getFlags, 0);
        return flags < 0 ? flags : fcntl(fd, setFlags, flags | NONBLOCK_FLAG);
    }

    private static int fcntl(int fd, int command, int argument) {
        MemorySegment errno = ERRNO.get();
        try {
            int result = (int) Options.FCNTL.invokeExact(errno, fd, command, argument);
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int shutdown(int fd, int how) {
        return twoInts(End.SHUTDOWN, fd, how);
    }

    /** Closes {@code fd}; not repeated after EINTR, because Linux has freed the number by then. */
    static int close(int fd) {
        MemorySegment errno = ERRNO.get();
        try {
            int result = (int) End.CLOSE.invokeExact(errno, fd);
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static int twoInts(MethodHandle call, int fd, int argument) {
        MemorySegment errno = ERRNO.get();
        try {
            int result = (int) call.invokeExact(errno, fd, argument);
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The system's words for an errno. */
    static String text(int errno) {
        try {
            MemorySegment text = (MemorySegment) End.STRERROR.invokeExact(errno);
            return text.reinterpret(256).getString(0);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static int errno(MemorySegment state) {
        return state.get(INT, 0);
    }

    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }

    private static MethodHandle link(String name, FunctionDescriptor signature, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature, options);
    }

    private static MethodHandle linkErrno(String name, FunctionDescriptor signature) {
        return link(name, signature, Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle linkErrnoVariadic(String name, FunctionDescriptor signature) {
        return link(name, signature, Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(2));
    }

    /** The frequent calls, without errno. */
    private static final class Io {
        static final MethodHandle RECV = link("recv", FunctionDescriptor.of(LONG, INT, LONG, LONG, INT));
        static final MethodHandle SEND = link("send", FunctionDescriptor.of(LONG, INT, LONG, LONG, INT));
        static final MethodHandle RECVMSG = link("recvmsg", FunctionDescriptor.of(LONG, INT, LONG, INT));
        static final MethodHandle SENDMSG = link("sendmsg", FunctionDescriptor.of(LONG, INT, LONG, INT));
    }

    private static final class IoErrno {
        static final MethodHandle RECV = linkErrno("recv", FunctionDescriptor.of(LONG, INT, LONG, LONG, INT));
        static final MethodHandle SEND = linkErrno("send", FunctionDescriptor.of(LONG, INT, LONG, LONG, INT));
        static final MethodHandle RECVMSG = linkErrno("recvmsg", FunctionDescriptor.of(LONG, INT, LONG, INT));
        static final MethodHandle SENDMSG = linkErrno("sendmsg", FunctionDescriptor.of(LONG, INT, LONG, INT));
    }

    private static final class Wait {
        static final MethodHandle POLL = linkErrno("poll", FunctionDescriptor.of(INT, LONG, LONG, INT));
        static final MethodHandle EVENTFD = linkErrno("eventfd", FunctionDescriptor.of(INT, INT, INT));
        static final MethodHandle EVENTFD_WRITE = linkErrno("eventfd_write", FunctionDescriptor.of(INT, INT, LONG));
    }

    private static final class Listen {
        static final MethodHandle SOCKET = linkErrno("socket", FunctionDescriptor.of(INT, INT, INT, INT));
        static final MethodHandle BIND = linkErrno("bind", FunctionDescriptor.of(INT, INT, PTR, INT));
        static final MethodHandle LISTEN = linkErrno("listen", FunctionDescriptor.of(INT, INT, INT));
        static final MethodHandle ACCEPT4 = linkErrno("accept4", FunctionDescriptor.of(INT, INT, PTR, PTR, INT));
        static final MethodHandle GETSOCKNAME = linkErrno("getsockname", FunctionDescriptor.of(INT, INT, PTR, PTR));
    }

    private static final class Options {
        static final MethodHandle SETSOCKOPT =
                linkErrno("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, PTR, INT));
        static final MethodHandle GETSOCKOPT =
                linkErrno("getsockopt", FunctionDescriptor.of(INT, INT, INT, INT, PTR, PTR));
        static final MethodHandle FCNTL = linkErrnoVariadic("fcntl", FunctionDescriptor.of(INT, INT, INT, INT));
    }

    private static final class End {
        static final MethodHandle SHUTDOWN = linkErrno("shutdown", FunctionDescriptor.of(INT, INT, INT));
        static final MethodHandle CLOSE = linkErrno("close", FunctionDescriptor.of(INT, INT));
        static final MethodHandle STRERROR = link("strerror", FunctionDescriptor.of(PTR, INT));
    }
}
