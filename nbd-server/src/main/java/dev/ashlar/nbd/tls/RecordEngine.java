package dev.ashlar.nbd.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The state of one TLS connection: turns whole records into plain bytes and back, without any I/O.
 *
 * <p>One thread at most opens and one at most seals at any time; they may be different ones.
 */
interface RecordEngine {
    /** The longest record on the wire: header, 16 KiB, and what a cipher may add by RFC 5246. */
    int MAX_RECORD_BYTES = 5 + (16 << 10) + 2048;

    /** The most plain bytes in a record. */
    int MAX_PLAIN_BYTES = 16 << 10;

    /** The most room one record may want when it is opened or sealed, whatever the engine keeps beside it. */
    int BUFFER_BYTES = MAX_RECORD_BYTES + 256;

    /** Whether the handshake is done. */
    boolean established();

    /**
     * Opens the one record in {@code record}, putting its data, if any, behind {@code plain}'s position.
     *
     * @throws IOException if it is not what it should be; an alert for the peer may then wait to be sent
     */
    void open(ByteBuffer record, ByteBuffer plain) throws IOException;

    /** Whether the peer has said that it sends no more. */
    boolean inputEnded();

    /** Whether something of the protocol's own waits to be sent; {@link #seal} brings it out. */
    boolean outputWaits();

    /**
     * Puts one record behind {@code record}'s position, which has {@link #BUFFER_BYTES} of room: what the protocol
     * itself has to say if anything, else as much of {@code plain} as fits, or nothing when that is empty.
     */
    void seal(ByteBuffer plain, ByteBuffer record) throws IOException;

    /** No more data will be sealed: the goodbye waits to be sent. */
    void endOutput();

    /** Who the peer has proven to be, as {@link dev.ashlar.nbd.Peer#identities} lists it. */
    List<String> identities() throws IOException;

    /** Protocol version and cipher, for people. */
    String description();
}
