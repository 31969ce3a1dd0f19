package dev.ashlar.nbd.transport;

import dev.ashlar.nbd.Peer;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A two-way stream of bytes to one client.
 *
 * <p>At any time one thread at most receives, and one thread at most sends; they may be different ones. {@link #peerGone},
 * {@link #endInput} and {@link #close} may be called by any other, and the latter two wake whoever waits in here. All
 * segments are native, stay the caller's, and are not kept after a call. Nothing here allocates per call.
 */
public interface Transport extends Closeable {

    /** The other side. Changes once, when TLS begins. */
    Peer peer();

    /** Waits until something has arrived and takes all that fits: the number of bytes, or -1 at the end. */
    int receive(MemorySegment target, long offset, int length) throws IOException;

    /** Takes what has arrived without waiting: the number of bytes, 0 when there is nothing, or -1 at the end. */
    int receiveNow(MemorySegment target, long offset, int length) throws IOException;

    /**
     * Waits until something has arrived, and takes what fits first into {@code target} and the rest into {@code more}, as one
     * call. The number of bytes in all, or -1 at the end.
     */
    int receive(
            MemorySegment target, long offset, int length, MemorySegment more, long moreOffset, int moreLength)
            throws IOException;

    /** Sends the whole range. */
    void send(MemorySegment source, long offset, int length) throws IOException;

    /** Sends two whole ranges, one behind the other, as one call. */
    void send(MemorySegment source, long offset, int length, MemorySegment more, long moreOffset, int moreLength)
            throws IOException;

    /**
     * Whether it is known that the peer has closed its side or that the connection is broken. Takes nothing off the stream
     * and never waits. False also where that cannot be known yet.
     */
    boolean peerGone();

    /** Tells how many requests the last {@code receive} has brought: a hint on how to wait for the next. By the receiver. */
    default void brought(int requests) {}

    /** Lets a waiting {@code receive} see the end, after what had arrived. Sending goes on. */
    void endInput() throws IOException;

    /** Says goodbye where the protocol below has a word for it, once everything has been sent. Does not close. */
    default void finish() throws IOException {}

    /** Fills the range, waiting as long as it takes. */
    default void receiveFully(MemorySegment target, long offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int count = receive(target, offset + done, length - done);
            if (count < 0) {
                throw new EOFException("the peer closed in the middle of a message");
            }
            done += count;
        }
    }
}
