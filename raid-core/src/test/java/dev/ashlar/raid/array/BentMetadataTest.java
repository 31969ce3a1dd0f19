package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.superblock.Features;
import dev.ashlar.raid.superblock.MemberFields;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockIo;
import dev.ashlar.raid.superblock.SuperblockLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Metadata with right checksums that would have made an array write or read in the wrong place. */
class BentMetadataTest {
    private static final int KIB = 1024;
    /** Of the bitmap in a {@link Shape}, and of the chunk size in its header. */
    private static final long CHUNK_SIZE_AT = 16 * 512 + 52;

    private final TestArray test = new TestArray(99);

    private int[] make(Shape shape) throws IOException {
        int[] all = IntStream.range(0, shape.raidDisks()).map(_ -> test.addDisk(shape.diskBytes())).toArray();
        shape.create(test, IntStream.of(all).boxed().toList(), "bent");
        return all;
    }

    private void bend(UnaryOperator<Superblock> change) throws IOException {
        for (BlockDevice disk : List.copyOf(test.disks)) {
            SuperblockIo.write(disk, change.apply(SuperblockIo.read(disk, "disk")));
        }
    }

    @Test
    void aBitmapThatWouldReachIntoTheDataIsNotUsed() throws IOException {
        int[] all = make(new Shape(RaidLevel.RAID5, 2, 3, 64 * KIB, 1L << 30, 64 << 20));
        MemorySegment fine = MemorySegment.ofArray(new byte[4]);
        fine.set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0, 512);
        for (BlockDevice disk : test.disks) {
            disk.write(CHUNK_SIZE_AT, fine, 0, 4, false);
        }
        assertThatThrownBy(() -> test.open(all)).isInstanceOf(ArrayRefusedException.class)
                .hasMessageContaining("the bitmap").hasMessageContaining("overlaps").hasMessageContaining("--force");
        test.open(OpenOptions.READ_ONLY, all).close();
        test.open(new OpenOptions(false, true, false), all).close();
    }

    @Test
    void aBadBlockLogWithoutAPlaceIsDamageIfItHoldsAnythingAndElseNone() throws IOException {
        int[] all = make(new Shape(RaidLevel.RAID1, 0, 2, 0, 1 << 20, 64 * KIB));
        bend(found -> found.withMember(withBadBlockLogAt(found.member(), 0, 0)));
        test.open(all);
        assertThat(test.array.status().degradedDisks()).isZero();
        test.array.close();
        bend(found -> found.withMember(withBadBlockLogAt(found.member(), 0, Features.BAD_BLOCKS)));
        assertThatThrownBy(() -> test.open(all)).isInstanceOf(ArrayRefusedException.class)
                .hasMessageContaining("bad blocks");
    }

    private static MemberFields withBadBlockLogAt(MemberFields of, int offset, int features) {
        return new MemberFields(of.devNumber(), of.deviceUuid(), features, of.dataOffset(), of.dataSize(),
                of.superOffset(), of.recoveryOffset(), of.correctedReads(), of.devFlags(), 200, 32768, offset,
                of.newOffset());
    }

    @Test
    void theLayoutOfARaid0MeansNothingWithoutItsFeature() throws IOException {
        Shape shape = new Shape(RaidLevel.RAID0, 0, 2, 64 * KIB, 1 << 20, 0);
        int[] all = make(shape);
        for (BlockDevice disk : test.disks) {
            MemorySegment sector = MemorySegment.ofArray(new byte[4096]);
            disk.read(4096, sector, 0, 4096);
            ValueLayout.OfInt u32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
            sector.set(u32, 76, 259);
            sector.set(u32, 216, SuperblockLayout.checksum(sector, 0, sector.get(u32, 220)));
            disk.write(4096, sector, 0, 4096, false);
        }
        test.open(all);
        byte[] bytes = test.bytes(300 * KIB);
        test.write(0, bytes);
        assertThat(test.read(0, bytes.length)).isEqualTo(bytes);
    }
}
