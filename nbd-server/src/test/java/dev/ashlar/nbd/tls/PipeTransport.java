package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.Peer;
import dev.ashlar.nbd.transport.Transport;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One end of a connection in memory, with room for some bytes each way. Counts how often it is called to send. */
final class PipeTransport implements Transport {

    /** One direction. */
    private static final class Pipe {
        private final ByteBuffer bytes;
        private boolean ended;

        Pipe(int roomBytes) {
            bytes = ByteBuffer.allocate(roomBytes);
        }

        synchronized void put(ByteBuffer source) throws IOException {
            while (source.hasRemaining()) {
                if (ended) {
                    throw new IOException("Broken pipe");
                }
                if (!bytes.hasRemaining()) {
                    await();
                    continue;
                }
                int count = Math.min(source.remaining(), bytes.remaining());
                bytes.put(source.slice(source.position(), count));
                source.position(source.position() + count);
                notifyAll();
            }
        }

        synchronized int take(ByteBuffer target, boolean wait) throws IOException {
            while (bytes.position() == 0) {
                if (ended) {
                    return -1;
                }
                if (!wait) {
                    return 0;
                }
                await();
            }
            bytes.flip();
            int count = Math.min(target.remaining(), bytes.remaining());
            target.put(bytes.slice(0, count));
            bytes.position(count).compact();
            notifyAll();
            return count;
        }

        private void await() throws IOException {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        synchronized void end() {
            ended = true;
            notifyAll();
        }
    }

    private final Pipe in;
    private final Pipe out;
    private final AtomicInteger sends = new AtomicInteger();
    private volatile boolean gone;

    private PipeTransport(Pipe in, Pipe out) {
        this.in = in;
        this.out = out;
    }

    /** Both ends. */
    static PipeTransport[] pair(int roomBytes) {
        Pipe there = new Pipe(roomBytes);
        Pipe back = new Pipe(roomBytes);
        return new PipeTransport[] {new PipeTransport(there, back), new PipeTransport(back, there)};
    }

    int sends() {
        return sends.get();
    }

    /** What the other end would say if it had left. */
    void setGone() {
        gone = true;
    }

    @Override
    public Peer peer() {
        return new Peer("pipe", null, 7, false, List.of());
    }

    @Override
    public int receive(MemorySegment target, long offset, int length) throws IOException {
        return in.take(target.asSlice(offset, length).asByteBuffer(), true);
    }

    @Override
    public int receiveNow(MemorySegment target, long offset, int length) throws IOException {
        return in.take(target.asSlice(offset, length).asByteBuffer(), false);
    }

    @Override
    public int receive(
            MemorySegment target, long offset, int length, MemorySegment more, long moreOffset, int moreLength)
            throws IOException {
        return receive(target, offset, length);
    }

    @Override
    public void send(MemorySegment source, long offset, int length) throws IOException {
        sends.incrementAndGet();
        out.put(source.asSlice(offset, length).asByteBuffer());
    }

    @Override
    public void send(MemorySegment source, long offset, int length, MemorySegment more, long moreOffset, int moreLength)
            throws IOException {
        send(source, offset, length);
        send(more, moreOffset, moreLength);
    }

    @Override
    public boolean peerGone() {
        return gone;
    }

    @Override
    public void endInput() {
        in.end();
    }

    /** Sends no more. */
    void endOutput() {
        out.end();
    }

    @Override
    public void close() {
        in.end();
        out.end();
    }
}
