package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.FilterDevice;
import dev.ashlar.raid.RaidLevel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * The model catches what it is there for: arrays get the bugs it was made against, between them and their disks, and it
 * must find each. A sequence counts only if the array without the bug lives through it.
 */
class ModelPlantedBugsTest {
    private static final int MOST_SEQUENCES = 400;
    private static final int SUPERBLOCK_AT = 4096;
    private static final int ROLES_AT = 256;
    private static final int FAULTY_ROLE = 0xfffe;
    private static final int BITMAP_AT = 8192;
    private static final int HEADER_BYTES = 256;
    private static final int BITMAP_END = (8 + 264) * 512;
    private static final int DATA_AT = 512 * 512;
    private static final ValueLayout.OfShort LE16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** What makes a device of a member's that has the bug. */
    private interface Bug extends BiFunction<Integer, BlockDevice, BlockDevice> {}

    @Test
    void parityThatIsWrongNowAndThenIsCaught() {
        // The last member of a RAID 4 holds nothing but parity.
        assertCaught(RaidLevel.RAID4, false, shape -> (number, device) ->
                number == shape.raidDisks() - 1 ? new WrongEighthWrite(device) : device);
    }

    @Test
    void bitmapWrittenAfterTheDataIsCaughtAtParity() {
        assertCaught(RaidLevel.RAID5, true, _ -> (_, device) -> new LateBitmap(device));
    }

    @Test
    void bitmapWrittenAfterTheDataIsCaughtAtMirrors() {
        assertCaught(RaidLevel.RAID1, true, _ -> (_, device) -> new LateBitmap(device));
    }

    @Test
    void failureThatIsNotRecordedOnTheOthersIsCaught() {
        assertCaught(RaidLevel.RAID6, false, shape ->
                (_, device) -> new ForgetfulSuperblock(device, shape.raidDisks()));
    }

    private static void assertCaught(RaidLevel level, boolean needsBitmap, Function<Shape, Bug> planted) {
        try (ModelLog _ = new ModelLog()) {
            for (int seed = 0; seed < MOST_SEQUENCES; seed++) {
                ModelPlan plan = ModelPlan.random(seed, level);
                Shape shape = plan.shape();
                if (needsBitmap && shape.bitmapChunkBytes() == 0 || !finds(plan, planted.apply(shape))) {
                    continue;
                }
                assertThat(finds(plan, (_, device) -> device)).as("without the planted bug: %s", plan).isFalse();
                System.out.printf("%s: caught by sequence %d%n", level, seed);
                return;
            }
            fail("not caught by %d sequences", MOST_SEQUENCES);
        }
    }

    private static boolean finds(ModelPlan plan, Bug bug) {
        try {
            ModelRun.live(plan, new ModelCounts(), bug);
            return false;
        } catch (AssertionError _) {
            return true;
        }
    }

    /** Changes a byte of every eighth write to the data area. */
    private static final class WrongEighthWrite extends FilterDevice {
        private int writes;

        WrongEighthWrite(BlockDevice below) {
            super(below);
        }

        @Override
        public void write(long offset, MemorySegment source, long at, long length, boolean fua) throws IOException {
            if (offset < DATA_AT || ++writes % 8 != 0) {
                super.write(offset, source, at, length, fua);
                return;
            }
            byte[] wrong = source.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
            wrong[wrong.length / 2] ^= 1;
            super.write(offset, MemorySegment.ofArray(wrong), 0, length, fua);
        }
    }

    /** Says that bits are durable that are in its cache, so that data may be on the disk before them. */
    private static final class LateBitmap extends FilterDevice {
        LateBitmap(BlockDevice below) {
            super(below);
        }

        @Override
        public void write(long offset, MemorySegment source, long at, long length, boolean fua) throws IOException {
            if (offset < BITMAP_AT || offset >= BITMAP_END) {
                super.write(offset, source, at, length, fua);
                return;
            }
            // An old header would make the array distrust the bitmap, and hide the bug.
            long header = Math.max(0, Math.min(length, BITMAP_AT + HEADER_BYTES - offset));
            super.write(offset, source, at, header, fua);
            super.write(offset + header, source, at + header, length - header, false);
        }
    }

    /** Leaves events and roles as they were when a member is lost, so that the lost one looks as fresh as others. */
    private static final class ForgetfulSuperblock extends FilterDevice {
        private final int raidDisks;

        ForgetfulSuperblock(BlockDevice below, int raidDisks) {
            super(below);
            this.raidDisks = raidDisks;
        }

        @Override
        public void write(long offset, MemorySegment source, long at, long length, boolean fua) throws IOException {
            if (offset != SUPERBLOCK_AT || length < ROLES_AT || !recordsLoss(source, at)) {
                super.write(offset, source, at, length, fua);
            }
        }

        private boolean recordsLoss(MemorySegment superblock, long at) {
            for (int number = 0; number < raidDisks; number++) {
                if ((superblock.get(LE16, at + ROLES_AT + 2L * number) & 0xffff) >= FAULTY_ROLE) {
                    return true;
                }
            }
            return false;
        }
    }
}
