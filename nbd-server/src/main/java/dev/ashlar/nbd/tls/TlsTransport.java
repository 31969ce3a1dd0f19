package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.Peer;
import dev.ashlar.nbd.transport.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;

/**
 * TLS over another transport.
 *
 * <p>Invariants:
 * <ul>
 *   <li>No byte is given out that was not in a record of the session; what arrived before the handshake never is.
 *   <li>The end of the stream is reported only after the peer's close_notify or our own {@link #endInput}. Any other
 *       end may be an attacker's, and is an error.
 *   <li>The receiving thread never waits for the sending one: what the protocol wants said meanwhile goes out with the
 *       next record, and a peer that asks for more and more of it is cut off.
 * </ul>
 *
 * <p>A batch is sealed into as few records as hold it, and they leave in as few calls as possible. The engine's own
 * objects are the only ones made per record.
 */
final class TlsTransport implements Transport {
    /** Records in a row that carry no data, and answers that have piled up, before a peer is taken for an attacker. */
    private static final int MAX_IDLE_RECORDS = 32;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Transport lower;
    private final RecordEngine engine;
    private final RecordReader reader;
    private final RecordWriter writer;
    private final boolean renegotiates;
    private final byte[] plainIn = new byte[RecordEngine.BUFFER_BYTES];
    private final ByteBuffer opened = ByteBuffer.wrap(plainIn).limit(0);
    private final byte[] plainOut = new byte[RecordEngine.MAX_PLAIN_BYTES];
    private final ByteBuffer toSeal = ByteBuffer.wrap(plainOut);
    private final ReentrantLock sending = new ReentrantLock();
    private final Peer peer;
    private int idleRecords;
    private volatile int unanswered;
    private volatile boolean inputEndedByUs;
    private volatile boolean inputEndedByPeer;

    /**
     * Takes over what a handshake has left.
     *
     * @param renegotiates whether the protocol version has renegotiation, which is refused
     */
    private TlsTransport(
            Transport lower, RecordEngine engine, RecordReader reader, RecordWriter writer, boolean renegotiates)
            throws IOException {
        this.lower = lower;
        this.engine = engine;
        this.reader = reader;
        this.writer = writer;
        this.renegotiates = renegotiates;
        this.peer = lower.peer().withTls(engine.identities());
    }

    /**
     * Runs the server's side of a handshake. The caller bounds its time by closing {@code lower}.
     *
     * @param reader of {@code lower}, holding nothing but what has come since STARTTLS was acknowledged
     * @throws IOException if the handshake fails or the peer leaves; the peer has been told why, where it listens
     */
    static TlsTransport accept(Transport lower, RecordEngine engine, RecordReader reader) throws IOException {
        RecordWriter writer = new RecordWriter(lower);
        try {
            handshake(engine, reader, writer);
        } catch (IOException | RuntimeException e) {
            try {
                say(engine, writer);
            } catch (IOException | RuntimeException _) {
                // The failure that the peer was to be told of is the one that counts.
            }
            throw e;
        }
        return new TlsTransport(lower, engine, reader, writer, !engine.description().startsWith("TLSv1.3"));
    }

    private static void handshake(RecordEngine engine, RecordReader reader, RecordWriter writer) throws IOException {
        ByteBuffer none = ByteBuffer.allocate(RecordEngine.BUFFER_BYTES);
        say(engine, writer);
        while (!engine.established()) {
            engine.open(reader.await(), none);
            // Also brings out what went wrong.
            say(engine, writer);
            if (engine.inputEnded()) {
                throw new EOFException("the peer ended TLS in the middle of the handshake");
            }
        }
    }

    /** Sends what the protocol itself wants said. */
    private static void say(RecordEngine engine, RecordWriter writer) throws IOException {
        while (engine.outputWaits() && writer.seal(engine, NOTHING)) {
            // Gathered.
        }
        writer.flush();
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public int receive(MemorySegment target, long offset, int length) throws IOException {
        return receive(target, offset, length, target, offset, 0, true);
    }

    @Override
    public int receiveNow(MemorySegment target, long offset, int length) throws IOException {
        return receive(target, offset, length, target, offset, 0, false);
    }

    @Override
    public int receive(
            MemorySegment target, long offset, int length, MemorySegment more, long moreOffset, int moreLength)
            throws IOException {
        return receive(target, offset, length, more, moreOffset, moreLength, true);
    }

    private int receive(
            MemorySegment target, long offset, int length, MemorySegment more, long moreOffset, int moreLength,
            boolean wait)
            throws IOException {
        if (length + moreLength > RecordEngine.MAX_PLAIN_BYTES) {
            reader.expectBulk();
        }
        int done = 0;
        while (done < length + moreLength) {
            if (opened.hasRemaining()) {
                done += done < length
                        ? take(target, offset + done, length - done)
                        : take(more, moreOffset + done - length, length + moreLength - done);
            } else if (inputEndedByPeer) {
                return done > 0 ? done : -1;
            } else if (reader.next()) {
                open();
            } else if (done > 0) {
                return done;
            } else {
                int count = reader.receive(wait);
                if (count <= 0) {
                    return count == 0 ? 0 : end();
                }
            }
        }
        return done;
    }

    private int take(MemorySegment target, long offset, int room) {
        int count = Math.min(room, opened.remaining());
        MemorySegment.copy(plainIn, opened.position(), target, ValueLayout.JAVA_BYTE, offset, count);
        opened.position(opened.position() + count);
        return count;
    }

    private void open() throws IOException {
        if (renegotiates && reader.recordType() == RecordReader.HANDSHAKE) {
            throw new SSLException("the peer wants to renegotiate, which this server never does");
        }
        try {
            engine.open(reader.record(), opened.clear());
        } catch (IOException | RuntimeException e) {
            opened.limit(0);
            answer();
            throw e;
        }
        opened.flip();
        inputEndedByPeer = engine.inputEnded();
        idleRecords = opened.hasRemaining() ? 0 : idleRecords + 1;
        if (engine.outputWaits() && !inputEndedByPeer) {
            answer();
        }
        if (idleRecords > MAX_IDLE_RECORDS || unanswered > MAX_IDLE_RECORDS) {
            throw new SSLException("the peer sends nothing but TLS records without data");
        }
    }

    /** Sends what the protocol wants said, unless another thread is sending: it goes with that one's next record. */
    private void answer() throws IOException {
        if (!sending.tryLock()) {
            unanswered++;
            return;
        }
        try {
            say(engine, writer);
            unanswered = 0;
        } finally {
            sending.unlock();
        }
    }

    private int end() throws IOException {
        if (inputEndedByUs) {
            return -1;
        }
        throw new EOFException("the peer closed without ending TLS: what it sent last may be missing");
    }

    @Override
    public void send(MemorySegment source, long offset, int length) throws IOException {
        send(source, offset, length, source, offset, 0);
    }

    @Override
    public void send(MemorySegment source, long offset, int length, MemorySegment more, long moreOffset, int moreLength)
            throws IOException {
        sending.lock();
        try {
            int total = length + moreLength;
            if (total > RecordEngine.MAX_PLAIN_BYTES) {
                writer.expectBulk();
            }
            for (int done = 0; done < total; ) {
                int count = Math.min(total - done, plainOut.length);
                int first = Math.clamp(length - done, 0, count);
                long at = offset + Math.min(done, length);
                MemorySegment.copy(source, ValueLayout.JAVA_BYTE, at, plainOut, 0, first);
                long moreAt = moreOffset + Math.max(0, done - length);
                MemorySegment.copy(more, ValueLayout.JAVA_BYTE, moreAt, plainOut, first, count - first);
                seal(toSeal.clear().limit(count));
                done += count;
            }
            writer.flush();
            unanswered = 0;
        } finally {
            sending.unlock();
        }
    }

    private void seal(ByteBuffer plain) throws IOException {
        while (plain.hasRemaining()) {
            if (!writer.seal(engine, plain)) {
                throw new SSLException("TLS has been ended already");
            }
        }
    }

    @Override
    public void brought(int requests) {
        lower.brought(requests);
    }

    @Override
    public boolean peerGone() {
        return inputEndedByPeer || lower.peerGone();
    }

    @Override
    public void endInput() throws IOException {
        inputEndedByUs = true;
        lower.endInput();
    }

    /** Says close_notify. Counts as sending. */
    @Override
    public void finish() throws IOException {
        sending.lock();
        try {
            engine.endOutput();
            say(engine, writer);
        } finally {
            sending.unlock();
        }
        lower.finish();
    }

    @Override
    public void close() throws IOException {
        lower.close();
    }
}
