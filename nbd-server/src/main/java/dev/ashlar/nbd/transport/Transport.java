package dev.ashlar.nbd.transport;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A two-way stream of bytes to one client. One thread receives and sends; {@link #endInput} and {@link #close} may be
 * called by any other and wake it.
 */
public interface Transport extends Closeable {

    /** The other side, for people. */
    String peer();

    /** Waits until something has arrived and takes all that fits: the number of bytes, or -1 at the end. */
    int receive(ByteBuffer target) throws IOException;

    /** Takes what has arrived without waiting: the number of bytes, 0 when there is nothing, or -1 at the end. */
    int receiveNow(ByteBuffer target) throws IOException;

    /** Sends all of {@code source}. */
    void send(ByteBuffer source) throws IOException;

    /** Lets a waiting {@link #receive} see the end, after what had arrived. Sending goes on. */
    void endInput() throws IOException;

    /** Fills {@code target}, waiting as long as it takes. */
    default void receiveFully(ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (receive(target) < 0) {
                throw new EOFException("the peer closed in the middle of a message");
            }
        }
    }
}
