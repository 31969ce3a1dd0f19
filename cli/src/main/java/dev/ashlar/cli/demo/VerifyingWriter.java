package dev.ashlar.cli.demo;

import dev.ashlar.nbd.client.NbdClient;
import dev.ashlar.nbd.client.NbdUri;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes blocks of a region over and over and reads others back, comparing each with what was last written there. Every
 * version of every block has content of its own, so old data, other blocks' data and zeroes are all noticed.
 */
final class VerifyingWriter implements Runnable {
    private static final int BLOCK_BYTES = 16 << 10;
    private static final int REQUESTS_PER_FLUSH = 256;

    /** A pause after each request leaves the processors to the copying and rebuilding that it accompanies. */
    private static final long PAUSE_NANOS = 300_000;

    private final String uri;
    private final long startBytes;
    private final int[] versions;
    private final SplittableRandom random = new SplittableRandom(20261122);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK_BYTES);
    private volatile boolean stopping;
    private volatile long requests;
    private volatile IOException failure;

    /**
     * @param uri the export
     * @param startBytes where the region begins
     * @param lengthBytes its length, a multiple of 16 KiB
     */
    VerifyingWriter(String uri, long startBytes, long lengthBytes) {
        this.uri = uri;
        this.startBytes = startBytes;
        this.versions = new int[Math.toIntExact(lengthBytes / BLOCK_BYTES)];
    }

    /** Requests answered so far. */
    long requests() {
        return requests;
    }

    /** Runs until {@link #finish}, then reads back every block. */
    @Override
    public void run() {
        try (NbdClient client = NbdClient.connect(NbdUri.parse(uri))) {
            for (long count = 0; !stopping; count++) {
                step(client);
                if (count % REQUESTS_PER_FLUSH == 0) {
                    client.flush();
                }
                requests = count + 1;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            for (int block = 0; block < versions.length; block++) {
                verify(client, block);
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private void step(NbdClient client) throws IOException {
        int block = random.nextInt(versions.length);
        if (random.nextInt(3) == 0) {
            verify(client, block);
        } else {
            fill(block, versions[block] + 1);
            client.write(offset(block), buffer);
            versions[block]++;
        }
    }

    private void verify(NbdClient client, int block) throws IOException {
        if (versions[block] == 0) {
            return;
        }
        buffer.clear();
        client.read(offset(block), buffer);
        buffer.flip();
        SplittableRandom expected = content(block, versions[block]);
        while (buffer.hasRemaining()) {
            if (buffer.getLong() != expected.nextLong()) {
                throw new IOException("the running writer read something else than it had written: offset="
                        + (offset(block) + buffer.position() - Long.BYTES) + " version=" + versions[block]);
            }
        }
    }

    private void fill(int block, int version) {
        SplittableRandom words = content(block, version);
        buffer.clear();
        while (buffer.hasRemaining()) {
            buffer.putLong(words.nextLong());
        }
        buffer.flip();
    }

    private static SplittableRandom content(int block, int version) {
        return new SplittableRandom((long) block << 32 | version);
    }

    private long offset(int block) {
        return startBytes + (long) block * BLOCK_BYTES;
    }

    /** Ends the writer after a last look at every block; throws what it found. */
    void finish(Thread thread) throws IOException, InterruptedException {
        stopping = true;
        thread.join();
        check();
    }

    /** Throws what the writer found so far. */
    void check() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }
}
