package dev.ashlar.block;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The calls of libc on files; nothing else here makes any.
 *
 * <p>Every method returns what the call returned, or the negated errno, and starts again where a signal interrupted it.
 * Buffers are passed by address, so that no segment object is made per call; the caller keeps the memory alive and
 * checks its bounds. The call handles live in small holder classes, because linking one takes milliseconds and a short
 * command needs few of them.
 *
 * <p>The frequent calls allocate nothing. They are therefore made without capturing errno, for which the linker slices
 * a segment that the compiler removes most of the time only, and where one fails, it is made again to learn why. Reads,
 * writes to the page cache and size queries may be repeated; syncs and syncing writes must not be, and are not.
 *
 * <p>Constants are those of 64-bit Linux on x86-64 and aarch64 ({@code asm-generic/fcntl.h},
 * {@code asm-generic/errno-base.h}, {@code linux/falloc.h}); values that differ between the two are not used.
 */
final class Posix {
    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0100;
    static final int O_EXCL = 0200;
    static final int O_DSYNC = 010000;
    static final int O_CLOEXEC = 02000000;

    static final int EINTR = 4;
    static final int EIO = 5;
    /** What {@code lseek} answers when there is no data beyond the offset. */
    static final int ENXIO = 6;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EFAULT = 14;
    static final int EBUSY = 16;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int EFBIG = 27;
    static final int ENOSPC = 28;
    static final int ENOSYS = 38;
    static final int EOPNOTSUPP = 95;
    static final int EDQUOT = 122;

    static final int FALLOC_ALLOCATE = 0;
    static final int FALLOC_KEEP_SIZE = 1;
    static final int FALLOC_PUNCH_HOLE = 2;
    static final int FALLOC_ZERO_RANGE = 16;

    static final int SEEK_END = 2;
    static final int SEEK_DATA = 3;
    static final int SEEK_HOLE = 4;

    private static final int FADV_WILLNEED = 3;
    private static final int FADV_DONTNEED = 4;
    private static final int MADV_DONTNEED = 4;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout PTR = ValueLayout.ADDRESS;

    /** Where a call leaves its errno; one per thread, freed with the thread. */
    private static final ThreadLocal<MemorySegment> ERRNO =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private Posix() {}

    /** Reads at most {@code lengthBytes} bytes; 0 means the end of the file. */
    static long pread(int fd, long address, long lengthBytes, long offsetBytes) {
        try {
            long result = (long) Io.PREAD.invokeExact(fd, address, lengthBytes, offsetBytes);
            return result >= 0 ? result : transfer(IoErrno.PREAD, fd, address, lengthBytes, offsetBytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Writes at most {@code lengthBytes} bytes to the page cache. Not for descriptors that sync: see the next. */
    static long pwrite(int fd, long address, long lengthBytes, long offsetBytes) {
        try {
            long result = (long) Io.PWRITE.invokeExact(fd, address, lengthBytes, offsetBytes);
            return result >= 0 ? result : transfer(IoErrno.PWRITE, fd, address, lengthBytes, offsetBytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Writes at most {@code lengthBytes} bytes through a descriptor that was opened O_DSYNC. Made once, as a sync is:
     * made again, it could succeed without what the first had lost.
     */
    static long pwriteDurably(int fd, long address, long lengthBytes, long offsetBytes) {
        return transfer(IoErrno.PWRITE, fd, address, lengthBytes, offsetBytes);
    }

    private static long transfer(MethodHandle call, int fd, long address, long lengthBytes, long offsetBytes) {
        MemorySegment errno = ERRNO.get();
        try {
            while (true) {
                long result = (long) call.invokeExact(errno, fd, address, lengthBytes, offsetBytes);
                if (result >= 0 || errno(errno) != EINTR) {
                    return result >= 0 ? result : -errno(errno);
                }
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Moves the file position, which nothing here uses, to learn where the end ({@link #SEEK_END}), the next data
     * ({@link #SEEK_DATA}) or the next hole ({@link #SEEK_HOLE}) is. Works for block devices too.
     */
    static long lseek(int fd, long offsetBytes, int whence) {
        try {
            long result = (long) Io.LSEEK.invokeExact(fd, offsetBytes, whence);
            return result >= 0 ? result : lseekErrno(fd, offsetBytes, whence);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static long lseekErrno(int fd, long offsetBytes, int whence) {
        MemorySegment errno = ERRNO.get();
        try {
            long result = (long) IoErrno.LSEEK.invokeExact(errno, fd, offsetBytes, whence);
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Never call it again on a file for which it failed: the kernel may have dropped what it could not write. */
    static int fdatasync(int fd) {
        return sync(Sync.FDATASYNC, fd);
    }

    /** Like {@link #fdatasync}, with all metadata; also for directories. */
    static int fsync(int fd) {
        return sync(Sync.FSYNC, fd);
    }

    private static int sync(MethodHandle call, int fd) {
        MemorySegment errno = ERRNO.get();
        try {
            int result = (int) call.invokeExact(errno, fd);
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Opens {@code path}; {@code permissions} matter for {@link #O_CREAT} only. */
    static int open(String path, int flags, int permissions) {
        MemorySegment errno = ERRNO.get();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            while (true) {
                int result = (int) Files.OPEN.invokeExact(errno, name, flags, permissions);
                if (result >= 0 || errno(errno) != EINTR) {
                    return result >= 0 ? result : -errno(errno);
                }
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Closes {@code fd}; not repeated after EINTR, because Linux has freed the number by then. */
    static int close(int fd) {
        return sync(Files.CLOSE, fd);
    }

    /**
     * Takes a lock on the whole file for the open file description behind {@code fd}, without waiting. -EAGAIN or
     * -EACCES: another description, of this process or another, holds one that conflicts.
     */
    static int lock(int fd, boolean exclusive) {
        final int setLock = 37; // F_OFD_SETLK
        MemorySegment errno = ERRNO.get();
        try (Arena arena = Arena.ofConfined()) {
            // struct flock: short type, short whence, long start, long len (0: to the end), int pid (must be 0)
            MemorySegment request = arena.allocate(32, 8);
            request.set(ValueLayout.JAVA_SHORT, 0, (short) (exclusive ? 1 : 0));
            int result = (int) Files.FCNTL.invokeExact(errno, fd, setLock, request);
            return result >= 0 ? result : -errno(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Sets the size of a file. */
    static int ftruncate(int fd, long sizeBytes) {
        MemorySegment errno = ERRNO.get();
        try {
            while (true) {
                int result = (int) Space.FTRUNCATE.invokeExact(errno, fd, sizeBytes);
                if (result >= 0 || errno(errno) != EINTR) {
                    return result >= 0 ? result : -errno(errno);
                }
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Allocates, frees or zeroes a range as {@code mode} says; -EOPNOTSUPP where the file system cannot. */
    static int fallocate(int fd, int mode, long offsetBytes, long lengthBytes) {
        MemorySegment errno = ERRNO.get();
        try {
            while (true) {
                int result = (int) Space.FALLOCATE.invokeExact(errno, fd, mode, offsetBytes, lengthBytes);
                if (result >= 0 || errno(errno) != EINTR) {
                    return result >= 0 ? result : -errno(errno);
                }
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Begins to read the range into the page cache. A hint; the kernel takes no more than its read-ahead of it, which
     * is 128 KiB at least as a rule.
     */
    static void willNeed(int fd, long offsetBytes, long lengthBytes) {
        try {
            int _ = (int) Cache.FADVISE.invokeExact(fd, offsetBytes, lengthBytes, FADV_WILLNEED);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Drops clean pages of the range from the page cache, except those that some process has mapped. A hint. */
    static void dropCached(int fd, long offsetBytes, long lengthBytes) {
        try {
            int _ = (int) Cache.FADVISE.invokeExact(fd, offsetBytes, lengthBytes, FADV_DONTNEED);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Takes the pages of a file mapping out of this process; the next access asks the page cache again. A hint. */
    static void dropMapped(long address, long lengthBytes) {
        try {
            int _ = (int) Cache.MADVISE.invokeExact(address, lengthBytes, MADV_DONTNEED);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The system's words for an errno. */
    static String text(int errno) {
        try {
            MemorySegment text = (MemorySegment) Text.STRERROR.invokeExact(errno);
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
        static final MethodHandle PREAD = link("pread", FunctionDescriptor.of(LONG, INT, LONG, LONG, LONG));
        static final MethodHandle PWRITE = link("pwrite", FunctionDescriptor.of(LONG, INT, LONG, LONG, LONG));
        static final MethodHandle LSEEK = link("lseek", FunctionDescriptor.of(LONG, INT, LONG, INT));
    }

    private static final class IoErrno {
        static final MethodHandle PREAD = linkErrno("pread", FunctionDescriptor.of(LONG, INT, LONG, LONG, LONG));
        static final MethodHandle PWRITE = linkErrno("pwrite", FunctionDescriptor.of(LONG, INT, LONG, LONG, LONG));
        static final MethodHandle LSEEK = linkErrno("lseek", FunctionDescriptor.of(LONG, INT, LONG, INT));
    }

    private static final class Sync {
        static final MethodHandle FDATASYNC = linkErrno("fdatasync", FunctionDescriptor.of(INT, INT));
        static final MethodHandle FSYNC = linkErrno("fsync", FunctionDescriptor.of(INT, INT));
    }

    private static final class Files {
        static final MethodHandle OPEN = linkErrnoVariadic("open", FunctionDescriptor.of(INT, PTR, INT, INT));
        static final MethodHandle CLOSE = linkErrno("close", FunctionDescriptor.of(INT, INT));
        static final MethodHandle FCNTL = linkErrnoVariadic("fcntl", FunctionDescriptor.of(INT, INT, INT, PTR));
    }

    private static final class Space {
        static final MethodHandle FTRUNCATE = linkErrno("ftruncate", FunctionDescriptor.of(INT, INT, LONG));
        static final MethodHandle FALLOCATE = linkErrno("fallocate", FunctionDescriptor.of(INT, INT, INT, LONG, LONG));
    }

    private static final class Cache {
        static final MethodHandle FADVISE = link("posix_fadvise", FunctionDescriptor.of(INT, INT, LONG, LONG, INT));
        static final MethodHandle MADVISE = link("madvise", FunctionDescriptor.of(INT, LONG, LONG, INT));
    }

    private static final class Text {
        static final MethodHandle STRERROR = link("strerror", FunctionDescriptor.of(PTR, INT));
    }
}
