package dev.ashlar.bench.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a segment is made of. */
public enum SegmentKind {
    /** Anonymous native memory, which kernels work on in place. */
    NATIVE {
        @Override
        MemorySegment allocate(Arena arena, int lengthBytes) {
            return arena.allocate(lengthBytes, 4096);
        }
    },
    /** An array in the heap, which is copied. */
    HEAP {
        @Override
        MemorySegment allocate(Arena arena, int lengthBytes) {
            return MemorySegment.ofArray(new byte[lengthBytes]);
        }
    },
    /** A mapped file in memory, which is copied. */
    MAPPED {
        @Override
        MemorySegment allocate(Arena arena, int lengthBytes) {
            try {
                Path path = Files.createTempFile(Path.of("/dev/shm"), "ashlar-bench", ".map");
                try (FileChannel file =
                        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    return file.map(FileChannel.MapMode.READ_WRITE, 0, lengthBytes, arena);
                } finally {
                    Files.delete(path);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    abstract MemorySegment allocate(Arena arena, int lengthBytes);
}
