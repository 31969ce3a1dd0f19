package dev.ashlar.block;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Touches file mappings so that a fault is known before the call returns.
 *
 * <p>When compiled code meets a page that cannot be had, HotSpot goes on behind the access and throws
 * {@link InternalError} at the thread's next safepoint poll only. That may be after the access was inlined into a
 * caller and the {@code try} around it was left, with garbage taken for data; or after a system call that the access
 * was to prevent. So each access here is followed by a call of a native method: its return polls, and the error
 * is thrown inside the {@code try}. {@link Thread#holdsLock} is the cheapest such method (12 ns) and no compiler
 * replaces it.
 */
public final class MappedMemory {
    private static final Object ONE = new Object();
    private static final Object OTHER = new Object();

    private MappedMemory() {}

    /**
     * Copies, where source, target or both are mappings.
     *
     * @return false: a page could not be had, and the target's content is undefined
     */
    public static boolean copy(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset,
            long lengthBytes) {
        try {
            MemorySegment.copy(source, sourceOffset, target, targetOffset, lengthBytes);
            throwPendingFault(ONE);
            return true;
        } catch (InternalError _) {
            return false;
        }
    }

    /** Whether the page of a mapping that holds the byte at {@code mapOffset} is there. */
    static boolean isPresent(MemorySegment map, long mapOffset) {
        try {
            // The call takes what was loaded: a load that nothing needs is compiled away, even a volatile one.
            throwPendingFault(map.get(ValueLayout.JAVA_BYTE, mapOffset) == 0 ? ONE : OTHER);
            return true;
        } catch (InternalError _) {
            return false;
        }
    }

    private static void throwPendingFault(Object anyObject) {
        if (Thread.holdsLock(anyObject)) {
            throw new IllegalStateException("a lock that nobody takes is held");
        }
    }
}
