package dev.ashlar.cli.demo;

import dev.ashlar.cli.demo.SourceFiles.Placed;
import dev.ashlar.nbd.client.NbdClient;
import dev.ashlar.nbd.client.NbdUri;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Copies files onto a volume and reads them back, over several connections at a time; the SHA-256 of each file. */
final class VolumeCopy {
    private static final int REQUEST_BYTES = 1 << 20;

    private final SourceFiles source;

    VolumeCopy(SourceFiles source) {
        this.source = source;
    }

    /** What is done with one file over one connection; its SHA-256. */
    @FunctionalInterface
    private interface Work {
        String on(NbdClient client, Placed file, ByteBuffer buffer) throws IOException;
    }

    /** Copies all files, one after another over the connections in turn, and flushes; the SHA-256 of each. */
    List<String> write(List<String> uris) throws IOException, InterruptedException {
        return all(uris, VolumeCopy::writeFile);
    }

    /** Reads all files back; the SHA-256 of each. */
    List<String> read(List<String> uris) throws IOException, InterruptedException {
        return all(uris, VolumeCopy::readFile);
    }

    private List<String> all(List<String> uris, Work work) throws IOException, InterruptedException {
        String[] sums = new String[source.files().size()];
        try (ExecutorService threads = Executors.newFixedThreadPool(uris.size())) {
            List<Future<?>> parts = new ArrayList<>();
            for (int part = 0; part < uris.size(); part++) {
                int first = part;
                parts.add(threads.submit(() -> {
                    some(uris.get(first), first, uris.size(), sums, work);
                    return null;
                }));
            }
            for (Future<?> part : parts) {
                part.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
        return List.of(sums);
    }

    private void some(String uri, int first, int step, String[] sums, Work work) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(REQUEST_BYTES);
        try (NbdClient client = NbdClient.connect(NbdUri.parse(uri))) {
            for (int index = first; index < sums.length; index += step) {
                sums[index] = work.on(client, source.files().get(index), buffer);
            }
            client.flush();
        }
    }

    private static String writeFile(NbdClient client, Placed file, ByteBuffer buffer) throws IOException {
        MessageDigest digest = sha256();
        try (FileChannel channel = FileChannel.open(file.path())) {
            for (long done = 0; done < file.lengthBytes(); done += buffer.limit()) {
                window(buffer, file.lengthBytes() - done);
                while (buffer.hasRemaining()) {
                    if (channel.read(buffer) < 0) {
                        throw new EOFException(file.path() + " became shorter while it was copied");
                    }
                }
                digest.update(buffer.flip().duplicate());
                client.write(file.offsetBytes() + done, buffer);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String readFile(NbdClient client, Placed file, ByteBuffer buffer) throws IOException {
        MessageDigest digest = sha256();
        for (long done = 0; done < file.lengthBytes(); done += buffer.limit()) {
            window(buffer, file.lengthBytes() - done);
            client.read(file.offsetBytes() + done, buffer);
            digest.update(buffer.flip());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void window(ByteBuffer buffer, long leftBytes) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), leftBytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
