package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.raid.ArrayState;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.layout.MirrorGeometry;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.testing.Power;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;

/**
 * An array under the model: its drives, what it may answer, and when it may refuse to.
 *
 * <p>What may be refused. A read: when more is lost or broken now than the level bears, or when a member was lost while
 * parity or copies were not in sync ({@code holed}). A start: when a member that was in sync is not offered, or the
 * array was degraded when it was not stopped cleanly. What may be answered wrongly: nothing, but what a forced start of
 * a dirty degraded parity array computes for a lost member in stripes that were being written.
 */
class ModelBench {
    private static final int PIECE_BYTES = 64 * 1024;
    /** What is lost is told by blocks of this size. */
    private static final int BLOCK_BYTES = 4096;
    private static final int MOST_SETTLE_TURNS = 400;
    private static final long RETRY_NANOS = 6_000_000_000L;

    final Shape shape;
    final TestArray test;
    final ModelCounts counts;
    final List<ModelDrive> drives = new ArrayList<>();
    final ModelDrive.Process process = new ModelDrive.Process();
    final Random random;
    final MirrorGeometry mirror;
    final ParityGeometry parity;
    /** Stripes in which parity may not agree with the data. */
    final BitSet untrusted = new BitSet();
    /** Stripes in which more than one block was lost, or P and Q differ, at a forced start; until a repair. */
    final BitSet mistrusted = new BitSet();
    Power power = new Power();
    ModelContent content;
    boolean unsettled;
    boolean holed;
    boolean settledNow;
    private final BiFunction<Integer, BlockDevice, BlockDevice> planted;

    ModelBench(ModelPlan plan, ModelCounts counts, BiFunction<Integer, BlockDevice, BlockDevice> planted) {
        this.counts = counts;
        this.planted = planted;
        shape = plan.shape();
        random = new Random(plan.shapeSeed());
        test = new TestArray(plan.shapeSeed());
        long sectors = shape.componentBytes() / 512;
        mirror = shape.level() == RaidLevel.RAID1 ? MirrorGeometry.raid1(shape.raidDisks(), sectors)
                : shape.level() == RaidLevel.RAID10
                        ? MirrorGeometry.raid10(shape.layout(), shape.raidDisks(), shape.chunkBytes() / 512, sectors)
                        : null;
        parity = shape.level().hasParity() ? ParityGeometry.of(shape.level(), shape.layout(), shape.raidDisks(),
                shape.chunkBytes() / 512, sectors) : null;
    }

    ModelDrive newDrive(long sizeBytes) throws IOException {
        ModelDrive drive = new ModelDrive(drives.size(), sizeBytes, process, power, planted);
        drives.add(drive);
        test.disks.add(drive.faults());
        test.names.add(drive.name);
        return drive;
    }

    void destroy() {
        drives.forEach(ModelDrive::destroy);
    }

    // ---- what state it is in

    ArrayStatus status() {
        return test.array.status();
    }

    boolean failed() {
        return status().state() == ArrayState.FAILED;
    }

    ModelDrive drive(String name) {
        return drives.get(Integer.parseInt(name.substring(4)));
    }

    List<MemberStatus> roles(ArrayStatus status) {
        return status.members().subList(0, shape.raidDisks());
    }

    /** Drives that hold a role in sync. */
    List<ModelDrive> inSync(ArrayStatus status) {
        return roles(status).stream().filter(member -> member.state() == MemberState.IN_SYNC)
                .map(member -> drive(member.name())).toList();
    }

    /** Roles of which nothing can be had now for sure. */
    long impaired() {
        long mask = 0;
        for (MemberStatus member : roles(status())) {
            if (member.state() != MemberState.IN_SYNC || !drive(member.name()).healthy()) {
                mask |= 1L << member.role();
            }
        }
        return mask;
    }

    boolean bearable(long mask) {
        if (mirror != null) {
            return mirror.survives(mask);
        }
        return Long.bitCount(mask) <= shape.level().parityDisks();
    }

    /** Whether some request may be refused now. Also takes note of what this moment may have destroyed. */
    boolean excused() {
        long mask = impaired();
        if (shape.level().isRedundant() && (!bearable(mask) || mask != 0 && unsettled)) {
            holed = true;
        }
        return !bearable(mask) || holed || failed() || process.killed() || power.isOff();
    }

    boolean anyFault() {
        return drives.stream().anyMatch(drive -> !drive.healthy() || drive.noSpace());
    }

    boolean anyNoSpace() {
        return drives.stream().anyMatch(ModelDrive::noSpace);
    }

    AssertionError violation(String what, Throwable cause) {
        return new AssertionError(what + "; " + status(), cause);
    }

    // ---- changes of content

    interface Change {
        void run() throws IOException;
    }

    void change(int at, byte[] bytes, boolean durable, Change change) {
        settledNow = false;
        boolean before = excused();
        if (holed || unsettled && impaired() != 0) {
            // Where parity is not in sync and a member is lost, a write cannot keep parity.
            addUncertain(at, bytes.length);
        }
        try {
            change.run();
            content.answered(at, bytes, durable);
        } catch (IOException e) {
            content.failed(at, bytes);
            unsettled = true;
            addUncertain(at, bytes.length);
            if (!before && !excused() && !anyNoSpace()) {
                throw violation("a write failed without need", e);
            }
            counts.outcome("write refused");
        }
    }

    int stripeBytes() {
        return parity == null ? content.length() : (int) parity.stripeDataBytes();
    }

    private void addUncertain(int at, int length) {
        untrusted.set(at / stripeBytes(), (at + length - 1) / stripeBytes() + 1);
    }

    /** False if it failed, and was allowed to. */
    boolean flush() {
        boolean before = excused();
        try {
            test.array.flush();
            flushed();
            return true;
        } catch (IOException e) {
            if (!before && !excused()) {
                throw violation("a flush failed without need", e);
            }
            counts.outcome("flush refused");
            return false;
        }
    }

    void flushed() {
        content.flushed();
        if (settledNow) {
            untrusted.clear();
        }
    }

    // ---- comparing

    void compareAll() {
        for (int at = 0; at < content.length(); at += PIECE_BYTES) {
            compare(at, Math.min(PIECE_BYTES, content.length() - at));
        }
    }

    /** Reads and compares; false if the read failed, and was allowed to. */
    boolean compare(int at, int length) {
        boolean excused = excused();
        byte[] got;
        try {
            got = test.read(at, length);
        } catch (IOException e) {
            if (!excused && !excused()) {
                throw violation("a read failed without need at=" + at + " length=" + length, e);
            }
            counts.outcome("read refused");
            return false;
        }
        counts.compared(shape.level(), length);
        int wrong = content.firstWrong(at, got);
        if (wrong >= 0 && mistrusted.get((at + wrong) / stripeBytes())) {
            content.adopted(at, got);
            counts.outcome("changed by a second loss after force");
        } else if (wrong >= 0) {
            throw violation("wrong byte at " + (at + wrong) + " in a read at=" + at + " length=" + length, null);
        }
        if (!unsettled && !excused) {
            content.settledAs(at, got);
        }
        return true;
    }

    /** After a forced start: lost members' blocks in stripes that were being written may be anything. */
    void adopt() {
        counts.outcome("forced start");
        if (shape.level() == RaidLevel.RAID6 || parity != null && holed) {
            mistrusted.or(untrusted);
        }
        long lost = 0;
        for (MemberStatus member : roles(status())) {
            lost |= member.state() == MemberState.IN_SYNC ? 0 : 1L << member.role();
        }
        int step = parity == null ? PIECE_BYTES : (int) parity.chunkBytes();
        for (int at = 0; at < content.length(); at += step) {
            boolean unknown = parity != null && untrusted.get(at / stripeBytes())
                    && (lost >> role(at) & 1) != 0;
            if (!unknown) {
                compare(at, Math.min(step, content.length() - at));
                continue;
            }
            adoptChunk(at, Math.min(step, content.length() - at));
        }
    }

    /** Takes what a lost member's chunk reads as now; where blocks of it are lost, the others one by one. */
    private void adoptChunk(int at, int length) {
        try {
            byte[] got = test.read(at, length);
            if (content.firstWrong(at, got) >= 0) {
                counts.outcome("chunk changed by force");
            }
            content.adopted(at, got);
        } catch (IOException e) {
            if (!excused()) {
                throw violation("a read failed without need after force", e);
            }
            for (int block = at; length > BLOCK_BYTES && block < at + length; block += BLOCK_BYTES) {
                adoptChunk(block, Math.min(BLOCK_BYTES, at + length - block));
            }
        }
    }

    private int role(int at) {
        long chunk = at / parity.chunkBytes();
        return parity.dataRole(chunk / parity.dataDisks(), (int) (chunk % parity.dataDisks()));
    }

    // ---- passes

    /** Runs passes to their end; false if they cannot get there, and may not. */
    boolean settle() {
        excused();
        int waits = 0;
        for (int turns = 0; turns < MOST_SETTLE_TURNS && waits < 4; turns++) {
            if (!test.array.maintain()) {
                if (idle()) {
                    return settled();
                }
                // A pass that met an error tries again after a while.
                test.nanos.addAndGet(RETRY_NANOS);
                waits++;
            }
            excused();
        }
        if (!excused() && !anyFault()) {
            throw violation("a pass does not come to its end", null);
        }
        counts.outcome("pass held up");
        return false;
    }

    private boolean idle() {
        try {
            return test.array.awaitIdle(Duration.ZERO);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private boolean settled() {
        if (failed() || status().degradedDisks() > 0) {
            return false;
        }
        excused();
        unsettled = holed;
        settledNow = !holed;
        return true;
    }
}
