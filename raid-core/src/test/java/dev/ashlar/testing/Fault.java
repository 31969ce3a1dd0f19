package dev.ashlar.testing;

/**
 * When a {@link FaultDevice} fails a call and how. Begins as "every call of this kind fails with an I/O error" and is
 * narrowed by the methods, each of which returns a new value.
 *
 * @param operation the calls it is about
 * @param offsetBytes start of the range a call must touch; flushes touch every range
 * @param lengthBytes length of that range
 * @param skip how many such calls succeed first
 * @param times how many fail after that; {@link Integer#MAX_VALUE} for all
 * @param noSpace whether they fail with a full medium rather than an I/O error
 * @param appliedBytes how many bytes of a failing write reach the medium all the same
 */
public record Fault(Operation operation, long offsetBytes, long lengthBytes, int skip, int times, boolean noSpace,
        long appliedBytes) {

    /** Every call of one kind. */
    public static Fault on(Operation operation) {
        return new Fault(operation, 0, Long.MAX_VALUE, 0, Integer.MAX_VALUE, false, 0);
    }

    /** Only calls that touch the range. */
    public Fault in(long offsetBytes, long lengthBytes) {
        return new Fault(operation, offsetBytes, lengthBytes, skip, times, noSpace, appliedBytes);
    }

    /** Lets {@code calls} calls succeed first. */
    public Fault after(int calls) {
        return new Fault(operation, offsetBytes, lengthBytes, calls, times, noSpace, appliedBytes);
    }

    /** Fails one call, then never again. */
    public Fault once() {
        return times(1);
    }

    /** Fails {@code times} calls, then never again. */
    public Fault times(int times) {
        return new Fault(operation, offsetBytes, lengthBytes, skip, times, noSpace, appliedBytes);
    }

    /** Fails with {@link dev.ashlar.block.NoSpaceException}. */
    public Fault withNoSpace() {
        return new Fault(operation, offsetBytes, lengthBytes, skip, times, true, appliedBytes);
    }

    /** Writes the first {@code bytes} bytes of the range before failing. */
    public Fault applying(long bytes) {
        return new Fault(operation, offsetBytes, lengthBytes, skip, times, noSpace, bytes);
    }

    boolean touches(Operation called, long calledOffset, long calledLength) {
        return called == operation
                && (called == Operation.FLUSH
                        || calledOffset - offsetBytes < lengthBytes && offsetBytes - calledOffset < calledLength);
    }
}
