package dev.ashlar.nbd.transmission;

import dev.ashlar.bench.Flags;
import dev.ashlar.nbd.Peer;
import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.Flag;
import dev.ashlar.nbd.protocol.Magic;
import dev.ashlar.nbd.protocol.ReplyStyle;
import dev.ashlar.nbd.transport.Transport;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The headers of NBD: what a request costs the server beside the system calls and the device. In the package of what it
 * measures, which nobody else may use.
 */
@BenchmarkMode(Mode.Throughput)
@State(Scope.Thread)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class RequestBenchmark {
    private static final int REQUESTS = 1024;
    private static final int BUFFER_BYTES = 256 << 10;
    private static final long EXPORT_BYTES = 1L << 40;
    private static final int LENGTH = 4096;

    /** What was agreed on. */
    @Param({"SIMPLE", "STRUCTURED", "EXTENDED"})
    public ReplyStyle style;

    private ByteBuffer headers;
    private Request request;
    private RequestValidator validator;
    private PooledBuffer memory;
    private ReplyBuffer replies;
    private int next;

    /** Writes the headers of random reads. */
    @Setup
    public void writeHeaders() {
        boolean extended = style == ReplyStyle.EXTENDED;
        request = new Request(extended);
        validator = new RequestValidator(EXPORT_BYTES, false, style, 0);
        memory = new PooledBuffer(BUFFER_BYTES);
        replies = new ReplyBuffer(new Nowhere(), memory, style);
        headers = ByteBuffer.allocateDirect(REQUESTS * request.headerBytes());
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < REQUESTS; i++) {
            headers.putInt(extended ? Magic.EXTENDED_REQUEST : Magic.REQUEST);
            headers.putShort((short) (extended ? Flag.CMD_PAYLOAD_LEN : 0));
            headers.putShort((short) Command.WRITE);
            headers.putLong(random.nextLong());
            headers.putLong(random.nextLong(EXPORT_BYTES / LENGTH) * LENGTH);
            if (extended) {
                headers.putLong(LENGTH);
            } else {
                headers.putInt(LENGTH);
            }
        }
    }

    @TearDown
    public void freeMemory() {
        memory.free();
    }

    /** A request is read and found to be allowed. */
    @Benchmark
    public boolean decode() {
        return request.decode(headers, nextHeader()) && validator.check(request) == null;
    }

    /** A request is read, found to be allowed, and its success written. */
    @Benchmark
    public void decodeAndAnswer() throws IOException {
        if (!decode()) {
            throw new IllegalStateException("a good request was refused");
        }
        replies.ok(request.cookie(), request.offsetBytes());
    }

    private int nextHeader() {
        return (next++ & REQUESTS - 1) * request.headerBytes();
    }

    /** Takes everything and gives nothing. */
    private static final class Nowhere implements Transport {
        @Override
        public Peer peer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int receive(MemorySegment target, long offset, int length) {
            return -1;
        }

        @Override
        public int receiveNow(MemorySegment target, long offset, int length) {
            return -1;
        }

        @Override
        public int receive(
                MemorySegment target, long offset, int length, MemorySegment more, long moreOffset, int moreLength) {
            return -1;
        }

        @Override
        public void send(MemorySegment source, long offset, int length) {}

        @Override
        public void send(
                MemorySegment source, long offset, int length, MemorySegment more, long moreOffset, int moreLength) {}

        @Override
        public boolean peerGone() {
            return false;
        }

        @Override
        public void endInput() {}

        @Override
        public void close() {}
    }
}
