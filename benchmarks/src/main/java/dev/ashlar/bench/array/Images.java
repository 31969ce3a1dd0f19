package dev.ashlar.bench.array;

import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** Makes arrays to be measured: new images, filled with data, and clean. */
final class Images {
    /** Arrays are filled by writes of this size, and sequential requests have it. */
    static final int LARGE_BYTES = 1 << 20;

    private static final int LEFT_SYMMETRIC = 2;
    private static final int NEAR_2 = 0x102;

    private Images() {}

    /** Creates and opens an array and writes all of it. RAID 1 has no chunk, RAID 0 no policy. */
    static RaidArray open(
            RaidLevel level, ConsistencyPolicy policy, long chunkBytes, long memberBytes, List<Path> images)
            throws IOException {
        int layout = switch (level) {
            case RAID5, RAID6 -> LEFT_SYMMETRIC;
            case RAID10 -> NEAR_2;
            default -> 0;
        };
        RaidArray.create(new CreateSpec("bench", level, layout, level == RaidLevel.RAID1 ? 0 : chunkBytes, memberBytes,
                level == RaidLevel.RAID0 ? ConsistencyPolicy.NONE : policy, 0, false, false, false, images, List.of()));
        RaidArray array = RaidArray.open(images, OpenOptions.WRITABLE);
        MemorySegment data = MemorySegment.ofArray(new byte[LARGE_BYTES]);
        fill(data);
        for (long at = 0; at < array.sizeBytes(); at += LARGE_BYTES) {
            array.write(at, data, 0, Math.min(LARGE_BYTES, array.sizeBytes() - at), false);
        }
        return array;
    }

    /** Random content. */
    static void fill(MemorySegment memory) {
        SplittableRandom random = new SplittableRandom(memory.byteSize());
        for (long at = 0; at + Long.BYTES <= memory.byteSize(); at += Long.BYTES) {
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at, random.nextLong());
        }
    }
}
