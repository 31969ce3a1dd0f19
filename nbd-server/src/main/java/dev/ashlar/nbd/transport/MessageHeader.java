package dev.ashlar.nbd.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Two ranges of memory as {@code recvmsg} and {@code sendmsg} take them, made once and filled for each call.
 *
 * <pre>
 *   0 name (pointer)   8 name length (32)  12 padding (32)
 *  16 ranges (pointer) 24 number of ranges (64)
 *  32 control (pointer) 40 control length (64)
 *  48 flags (32)       52 padding (32)
 *  56 first: address (64) length (64)      72 second: address (64) length (64)
 * </pre>
 *
 * <p>struct msghdr of 64-bit Linux, followed by the two struct iovec that it points at. Used by one thread at a time.
 */
final class MessageHeader {
    private static final int RANGES = 16;
    private static final int RANGE_COUNT = 24;
    private static final int FIRST = 56;
    private static final int SECOND = 72;
    private static final int BYTES = 88;

    private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, Long.BYTES);
    private final long address = memory.address();

    MessageHeader() {
        memory.set(ValueLayout.JAVA_LONG, RANGES, address + FIRST);
        memory.set(ValueLayout.JAVA_LONG, RANGE_COUNT, 2);
    }

    /** Where the header is, as long as this object is reachable. */
    long address() {
        return address;
    }

    void set(long firstAddress, long firstBytes, long secondAddress, long secondBytes) {
        memory.set(ValueLayout.JAVA_LONG, FIRST, firstAddress);
        memory.set(ValueLayout.JAVA_LONG, FIRST + Long.BYTES, firstBytes);
        memory.set(ValueLayout.JAVA_LONG, SECOND, secondAddress);
        memory.set(ValueLayout.JAVA_LONG, SECOND + Long.BYTES, secondBytes);
    }
}
