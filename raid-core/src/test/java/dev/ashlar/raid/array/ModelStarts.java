package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.testing.Power;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;

/** How the array of the model starts and stops, in every way there is. */
class ModelStarts extends ModelBench {
    private static final OpenOptions RUN = new OpenOptions(false, false, true);
    private static final OpenOptions FORCE = new OpenOptions(false, true, true);

    private List<ModelDrive> fresh = List.of();
    private IOException lastRefusal;

    ModelStarts(ModelPlan plan, ModelCounts counts, BiFunction<Integer, BlockDevice, BlockDevice> planted) {
        super(plan, counts, planted);
    }

    void create() throws IOException {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < shape.raidDisks(); i++) {
            // Members of a RAID 0 may differ in size.
            long extra = shape.level() == RaidLevel.RAID0 && shape.layout() > 0
                    ? (long) shape.chunkBytes() * random.nextInt(4) : 0;
            ModelDrive drive = newDrive(shape.diskBytes() + extra);
            drive.joined = true;
            numbers.add(drive.number);
        }
        shape.create(test, numbers, "model");
        for (ModelDrive drive : drives) {
            drive.store().flush();
        }
        open(OpenOptions.WRITABLE, drives);
        content = new ModelContent(Math.toIntExact(test.array.sizeBytes()));
    }

    private void open(OpenOptions options, List<ModelDrive> offered) throws IOException {
        test.open(options, offered.stream().mapToInt(drive -> drive.number).toArray());
    }

    /** Ends without a clean stop. */
    void abandon() {
        fresh = inSync(status());
        try {
            test.array.abandon();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        process.restart();
        unsettled = true;
        settledNow = false;
    }

    /** What a power cut leaves of every drive; the array must have been abandoned. */
    void cutPower(Random seeds) throws IOException {
        power.off();
        content.addUncertainStripes(untrusted, stripeBytes());
        content.powerCut();
        power = new Power();
        for (ModelDrive drive : drives) {
            drive.powerCut(power, seeds.nextLong());
            test.disks.set(drive.number, drive.faults());
        }
        counts.outcome("power cut");
    }

    /** True if it stopped cleanly. */
    boolean close() {
        fresh = inSync(status());
        boolean wasFailed = failed();
        boolean before = excused();
        try {
            test.array.close();
        } catch (IOException e) {
            if (!before && !excused() && !anyFault()) {
                throw violation("a stop failed without need", e);
            }
            counts.outcome("stop failed");
            unsettled = true;
            settledNow = false;
            return false;
        }
        if (wasFailed || process.killed() || power.isOff()) {
            unsettled = true;
            settledNow = false;
            return false;
        }
        flushed();
        return true;
    }

    /** Drives that have been members, as an owner would offer them. */
    List<ModelDrive> known() {
        return drives.stream().filter(drive -> drive.joined).toList();
    }

    /**
     * Starts it again with the drives offered, and if that is refused with more of the owner's consent, in the end with
     * everything there is.
     *
     * @param must whether it has no reason to refuse
     * @param mustNot whether starting without force would be unsafe
     */
    void reopen(List<ModelDrive> offered, boolean must, boolean mustNot) throws IOException {
        if (anyFresh(offered) && (attempt(OpenOptions.WRITABLE, offered, must) || attempt(RUN, offered, must))) {
            if (mustNot) {
                throw violation("a dirty degraded array started without force", null);
            }
            return;
        }
        reviveAll();
        List<ModelDrive> all = known();
        if (attempt(OpenOptions.WRITABLE, all, false) || attempt(RUN, all, false)) {
            return;
        }
        excuseForce();
        if (!attempt(FORCE, all, true)) {
            throw new AssertionError("force is refused");
        }
        if (status().warnings().toString().contains("taken in by force")) {
            throw violation("stale members were taken in, although all that there is was offered", null);
        }
        adopt();
    }

    /** Every drive works again. One whose flush failed has lost what was unflushed, as in a power cut. */
    void reviveAll() throws IOException {
        if (drives.stream().anyMatch(ModelDrive::flushFault)) {
            content.addUncertainStripes(untrusted, stripeBytes());
            content.powerCut();
        }
        for (ModelDrive drive : drives) {
            drive.revive(power, random.nextLong());
            test.disks.set(drive.number, drive.faults());
        }
    }

    /** Parity arrays need force because of what a lost member held, mirrors when old members look like another past. */
    private void excuseForce() {
        if (parity == null && !looksSplit()) {
            throw new AssertionError("a start with all that there is was refused: " + lastRefusal, lastRefusal);
        }
    }

    /**
     * A mirror's old members may look as if they had run alone: superblocks do not tell a role that was filled after
     * they left from one that another history filled. A refusal is the safe answer then.
     */
    private boolean looksSplit() {
        return mirror != null && lastRefusal.getMessage().contains("two histories");
    }

    /** Whether content is up to date on one of them: an owner never starts from old members alone. */
    private boolean anyFresh(List<ModelDrive> offered) {
        return offered.stream().anyMatch(drive -> fresh.contains(drive) && drive.healthy());
    }

    private boolean attempt(OpenOptions options, List<ModelDrive> offered, boolean must) {
        try {
            open(options, offered);
            excused();
            return true;
        } catch (ArrayRefusedException e) {
            lastRefusal = e;
            if (must && !looksSplit()) {
                throw new AssertionError("a start was refused without need: " + e.getMessage(), e);
            }
            counts.outcome("start refused");
            return false;
        } catch (IOException e) {
            lastRefusal = e;
            if (must || !process.killed() && !power.isOff() && !anyFault()) {
                throw new AssertionError("a start failed without need", e);
            }
            counts.outcome("start failed");
            return false;
        }
    }

    /** Opens read-only, compares, and sees that no byte was written. */
    void lookReadOnly(List<ModelDrive> offered, boolean must) {
        if (!anyFresh(offered)) {
            return;
        }
        long calls = power.calls();
        boolean holedBefore = holed;
        boolean unsettledBefore = unsettled;
        try {
            open(OpenOptions.READ_ONLY, offered);
        } catch (IOException e) {
            if (must) {
                throw new AssertionError("a read-only start was refused without need", e);
            }
            counts.outcome("read-only start refused");
            return;
        }
        try {
            compareAll();
            test.pass(6);
            test.array.close();
        } catch (IOException e) {
            throw violation("a read-only array does not close", e);
        }
        holed = holedBefore;
        unsettled = unsettledBefore;
        if (power.calls() != calls) {
            throw new AssertionError("a read-only array has written");
        }
        counts.outcome("read-only look");
    }

    byte[] randomBytes(Random source, int length) {
        byte[] bytes = new byte[length];
        source.nextBytes(bytes);
        return bytes;
    }

    /** Content that must never be taken for a member's. */
    void litter(ModelDrive drive) throws IOException {
        byte[] garbage = new byte[(int) (drive.store().sizeBytes() - 512 * 512)];
        Arrays.fill(garbage, (byte) 0xa5);
        drive.store().write(512 * 512, MemorySegment.ofArray(garbage), 0, garbage.length, true);
    }
}
