package dev.ashlar.block;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntUnaryOperator;

/**
 * Makes writes of one file durable.
 *
 * <p>Invariants: at most one {@code fdatasync} runs at a time, because the kernel reports a lost write to one of
 * several concurrent ones only, and the others would be believed. Once one has failed, none is made again and all
 * callers fail. A caller returns after a sync that started after it called, its own or another's: callers that wait
 * together share one.
 */
final class FileSync {
    private final OpenFile file;
    private final IntUnaryOperator fdatasync;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile long started;
    private long completed;
    private volatile int failedErrno;

    FileSync(OpenFile file) {
        this(file, Posix::fdatasync);
    }

    /** @param fdatasync what stands for the system call: takes the descriptor, returns 0 or a negated errno */
    FileSync(OpenFile file, IntUnaryOperator fdatasync) {
        this.file = file;
        this.fdatasync = fdatasync;
    }

    /** Makes durable what was written before the call; the range is for the message only. */
    void sync(String operation, long offsetBytes, long lengthBytes) throws DeviceException {
        long needed = started + 1;
        lock.lock();
        try {
            if (failedErrno == 0 && completed < needed) {
                syncLocked();
            }
            checkNotFailed(operation, offsetBytes, lengthBytes);
        } finally {
            lock.unlock();
        }
    }

    /** Writes one range so that it, and not the whole file, is durable on return. */
    void writeDurably(long offsetBytes, long address, long lengthBytes) throws DeviceException {
        int errno = FileIo.tryWriteDurably(file, offsetBytes, address, lengthBytes);
        switch (errno) {
            case 0 -> { }
            case Posix.ENOSPC, Posix.EDQUOT, Posix.EFBIG, Posix.EFAULT ->
                throw FileIo.failure(file, "write", offsetBytes, lengthBytes, errno);
            default -> {
                // The write may have reached the page cache and failed from there, which is a failed flush of it.
                failedErrno = errno;
                throw FileIo.failure(file, "write", offsetBytes, lengthBytes, errno);
            }
        }
    }

    private void syncLocked() {
        long number = started + 1;
        started = number;
        int result = fdatasync.applyAsInt(file.descriptor());
        if (result < 0) {
            failedErrno = -result;
        } else {
            completed = number;
        }
    }

    private void checkNotFailed(String operation, long offsetBytes, long lengthBytes) throws DeviceException {
        // Not a NoSpaceException even where the errno says so: writes that were answered are lost.
        if (failedErrno != 0) {
            throw new DeviceException(file.name(), operation, offsetBytes, lengthBytes,
                    "a flush failed, so earlier writes may be lost: " + Posix.text(failedErrno));
        }
    }
}
