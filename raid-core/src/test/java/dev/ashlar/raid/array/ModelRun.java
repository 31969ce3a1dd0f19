package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.testing.Fault;
import dev.ashlar.testing.Operation;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;

/** Lives one {@link ModelPlan}: at every step, and at the end, what the array answers must be what the model allows. */
final class ModelRun extends ModelBench {
    static final List<String> EXPECTED_OUTCOMES = List.of(
            "comparisons", "write refused", "read refused", "flush refused", "power cut",
            "forced start", "start refused", "read-only look", "array failed", "returned by bitmap",
            "rebuilt", "crash inside a call", "lost blocks written anew", "check", "look without some members");

    private static final int MOST_DRIVES = 16;

    private final ModelPlan plan;

    ModelRun(ModelPlan plan, ModelCounts counts, BiFunction<Integer, BlockDevice, BlockDevice> planted) {
        super(plan, counts, planted);
        this.plan = plan;
    }

    /** Lives the plan to its end. Throws an AssertionError at the first thing that must not be. */
    static void live(ModelPlan plan, ModelCounts counts, BiFunction<Integer, BlockDevice, BlockDevice> planted) {
        ModelRun run = new ModelRun(plan, counts, planted);
        int done = 0;
        try {
            run.create();
            counts.sequence(plan.level());
            for (ModelPlan.Step step : plan.steps()) {
                counts.event(plan.level(), step.event());
                run.step(step);
                done++;
            }
            run.finish();
        } catch (IOException | RuntimeException | AssertionError e) {
            String where = done < plan.steps().size() ? "in step " + done + " " + plan.steps().get(done) : "at the end";
            throw new AssertionError(e + " " + where + " of " + plan, e);
        } finally {
            run.destroy();
        }
    }

    private void step(ModelPlan.Step step) throws IOException {
        Random r = new Random(step.seed());
        if (failed()) {
            counts.outcome("array failed");
            if (r.nextInt(3) > 0) {
                restart(r, false, known(), false, false);
            }
        }
        excused();
        if (crashes(step.event())) {
            crashInside(r, step.event() == ModelPlan.Event.CUT_INSIDE);
        } else {
            plain(step.event(), r);
        }
        excused();
    }

    private static boolean crashes(ModelPlan.Event event) {
        return event == ModelPlan.Event.KILL_INSIDE || event == ModelPlan.Event.CUT_INSIDE;
    }

    private void plain(ModelPlan.Event event, Random r) throws IOException {
        switch (event) {
            case WRITE -> write(r, false);
            case WRITE_FUA -> write(r, true);
            case WRITE_ZEROES, TRIM -> zero(r, event == ModelPlan.Event.TRIM);
            case READ -> read(r);
            case FLUSH -> flush();
            case MAINTAIN -> maintain(r);
            case SETTLE -> settle();
            case CLOCK -> test.pass(1 + r.nextInt(12));
            case CHECK -> check();
            case REPAIR -> repair();
            case FAIL -> fail(r);
            case DISK_DIES -> die(r);
            case READ_ERRORS -> readErrors(r);
            case WRITE_ERROR -> writeError(r);
            case NO_SPACE -> noSpace(r);
            case FLUSH_FAILS -> flushFails(r);
            case HEAL -> heal();
            case REMOVE -> remove(r);
            case ADD_BLANK -> addBlank();
            case ADD_BACK -> addBack(r);
            case ADD_USED -> addUsed();
            case STOP -> stop(r);
            case KILL -> crash(r, false);
            case CUT -> crash(r, true);
            case REOPEN_WITHOUT -> reopenWithout(r);
            case READ_ONLY -> readOnly(r);
            case KILL_INSIDE, CUT_INSIDE -> throw new IllegalStateException("event=" + event);
        }
    }

    // ---- reading and writing

    private int[] range(Random r) {
        int length = switch (r.nextInt(6)) {
            case 0 -> 1 + r.nextInt(700);
            case 1 -> 512 * (1 + r.nextInt(8));
            case 2 -> 4096 * (1 + r.nextInt(4));
            case 3 -> 1 + r.nextInt(40_000);
            case 4 -> 1 + r.nextInt(200_000);
            default -> parity == null ? 65_536 : (int) parity.stripeDataBytes() * (1 + r.nextInt(2));
        };
        length = Math.min(length, content.length());
        int at = r.nextInt(content.length() - length + 1);
        int grain = switch (r.nextInt(4)) {
            case 0 -> 1;
            case 1 -> 512;
            case 2 -> 4096;
            default -> parity == null ? 4096 : (int) parity.stripeDataBytes();
        };
        return new int[] {at / grain * grain, length};
    }

    private void write(Random r, boolean fua) {
        int[] range = range(r);
        byte[] bytes = randomBytes(r, range[1]);
        change(range[0], bytes, fua, () -> test.array.write(range[0], MemorySegment.ofArray(bytes), 0,
                bytes.length, fua));
    }

    private void zero(Random r, boolean trim) {
        int[] range = range(r);
        boolean fua = r.nextInt(4) == 0;
        boolean mayUnmap = r.nextBoolean();
        change(range[0], new byte[range[1]], fua, () -> {
            if (trim) {
                test.array.trim(range[0], range[1], fua);
            } else {
                test.array.writeZeroes(range[0], range[1], mayUnmap, fua);
            }
        });
    }

    private void read(Random r) {
        if (r.nextInt(3) == 0) {
            compareAll();
        } else {
            int[] range = range(r);
            compare(range[0], range[1]);
        }
    }

    // ---- passes

    private void maintain(Random r) {
        for (int i = r.nextInt(4); i >= 0; i--) {
            test.array.maintain();
            excused();
        }
    }

    private void check() throws IOException {
        if (!shape.level().isRedundant()) {
            try {
                test.array.requestAction(SyncAction.CHECK);
                throw violation("a check of a RAID 0 begins", null);
            } catch (ArrayRefusedException | ArrayFailedException _) {
                return;
            }
        }
        if (!settle() || excused() || anyFault()) {
            return;
        }
        if (!mistrusted.isEmpty()) {
            repair();
            if (failed() || !settle()) {
                return;
            }
        }
        test.array.requestAction(SyncAction.CHECK);
        if (settle()) {
            counts.outcome("check");
            if (status().mismatchSectors() != 0) {
                throw violation("a check finds what does not agree", null);
            }
        }
    }

    private void repair() throws IOException {
        if (shape.level().isRedundant() && !failed()) {
            test.array.requestAction(SyncAction.REPAIR);
            if (settle()) {
                compareAll();
                mistrusted.clear();
            }
            if (!failed()) {
                test.array.requestAction(SyncAction.IDLE);
                test.array.maintain();
            }
        }
    }

    // ---- faults

    private ModelDrive pick(Random r) {
        List<MemberStatus> here = roles(status()).stream().filter(member -> member.state() != null).toList();
        if (here.isEmpty()) {
            return drives.get(r.nextInt(drives.size()));
        }
        ModelDrive chosen = drive(here.get(r.nextInt(here.size())).name());
        return chosen;
    }

    /** Whether the array could do without this drive too; and now and then, whether or not. */
    private boolean may(Random r, ModelDrive drive) {
        long mask = impaired();
        for (MemberStatus member : roles(status())) {
            mask |= member.name().equals(drive.name) ? 1L << member.role() : 0;
        }
        return bearable(mask) || r.nextInt(8) == 0;
    }

    private void die(Random r) {
        ModelDrive drive = pick(r);
        if (may(r, drive)) {
            drive.die();
        }
    }

    private Fault data(Operation operation, Random r) {
        return Fault.on(operation).in(512 * 512, shape.componentBytes());
    }

    private void readErrors(Random r) {
        ModelDrive drive = pick(r);
        if (may(r, drive)) {
            long length = Math.min(shape.componentBytes(), 512L << r.nextInt(7));
            long at = 512 * 512 + r.nextLong(shape.componentBytes() - length + 1) / 512 * 512;
            Fault fault = Fault.on(Operation.READ).in(at, length);
            drive.faults().inject(r.nextBoolean() ? fault : fault.times(1 + r.nextInt(3)));
            drive.expectReadFaults();
        }
    }

    private void writeError(Random r) {
        ModelDrive drive = pick(r);
        if (may(r, drive)) {
            Operation operation = r.nextInt(3) == 0 ? Operation.WRITE_ZEROES : Operation.WRITE;
            drive.faults().inject(data(operation, r).after(r.nextInt(3)).once().applying(512L * r.nextInt(4)));
            drive.expectReadFaults();
        }
    }

    private void noSpace(Random r) {
        ModelDrive drive = pick(r);
        int skip = r.nextInt(4);
        int times = r.nextBoolean() ? 1 + r.nextInt(3) : Integer.MAX_VALUE;
        drive.faults().inject(data(Operation.WRITE, r).after(skip).times(times).withNoSpace());
        drive.faults().inject(data(Operation.WRITE_ZEROES, r).after(skip).times(times).withNoSpace());
        drive.expectNoSpace();
    }

    private void flushFails(Random r) {
        ModelDrive drive = pick(r);
        if (may(r, drive)) {
            drive.failNextFlush(r.nextLong());
        }
    }

    private void heal() throws IOException {
        List<String> used = status().members().stream()
                .filter(member -> member.state() != MemberState.FAULTY && member.state() != MemberState.STALE)
                .map(MemberStatus::name).toList();
        for (ModelDrive drive : drives) {
            if (used.contains(drive.name)) {
                drive.heal();
            } else {
                drive.revive(power, random.nextLong());
                test.disks.set(drive.number, drive.faults());
            }
        }
    }

    // ---- members

    private void fail(Random r) throws IOException {
        List<MemberStatus> candidates = status().members().stream()
                .filter(member -> member.state() == MemberState.IN_SYNC || member.state() == MemberState.RECOVERING
                        || member.state() == MemberState.SPARE)
                .toList();
        if (candidates.isEmpty()) {
            return;
        }
        MemberStatus victim = candidates.get(r.nextInt(candidates.size()));
        long mask = victim.state() == MemberState.IN_SYNC ? 1L << victim.role() : 0;
        for (MemberStatus member : roles(status())) {
            mask |= member.state() == MemberState.IN_SYNC ? 0 : 1L << member.role();
        }
        boolean may = victim.state() != MemberState.IN_SYNC || bearable(mask);
        membership(may, () -> test.array.failMember(victim.name()));
    }

    /** A change of membership that must be done, or must be refused; with faults about, it may fail. */
    private void membership(boolean may, Change change) throws IOException {
        boolean excused = excused();
        boolean faults = anyFault();
        try {
            change.run();
            if (!may) {
                throw violation("what must be refused was done", null);
            }
        } catch (IOException e) {
            if (may && !excused && !excused() && !faults) {
                throw violation("a change of membership failed without need", e);
            }
            counts.outcome("membership refused");
        }
    }

    private void remove(Random r) throws IOException {
        List<MemberStatus> candidates = status().members().stream()
                .filter(member -> member.state() == MemberState.FAULTY || member.state() == MemberState.SPARE
                        || member.state() == MemberState.IN_SYNC && r.nextInt(10) == 0)
                .toList();
        if (!candidates.isEmpty()) {
            MemberStatus leaving = candidates.get(r.nextInt(candidates.size()));
            membership(leaving.state() != MemberState.IN_SYNC, () -> test.array.removeMember(leaving.name()));
        }
    }

    private void addBlank() throws IOException {
        if (drives.size() < MOST_DRIVES) {
            ModelDrive drive = newDrive(shape.diskBytes());
            litter(drive);
            add(drive, shape.level().isRedundant(), false);
        }
    }

    private void add(ModelDrive drive, boolean may, boolean force) throws IOException {
        membership(may, () -> {
            drive.joined |= !force;
            String done = test.array.addMember(test.device(drive.number), force);
            drive.joined = true;
            counts.outcome(done.contains("returns") ? "returned by bitmap"
                    : done.contains("rebuilt") ? "rebuilt" : "spare");
        });
    }

    private void addBack(Random r) throws IOException {
        List<String> attached = status().members().stream()
                .filter(member -> member.state() != MemberState.STALE).map(MemberStatus::name).toList();
        List<ModelDrive> candidates = new ArrayList<>(known());
        candidates.removeIf(drive -> attached.contains(drive.name));
        List<MemberStatus> faulty = status().members().stream()
                .filter(member -> member.state() == MemberState.FAULTY).toList();
        if (candidates.isEmpty() && !faulty.isEmpty() && !failed()) {
            MemberStatus leaving = faulty.get(r.nextInt(faulty.size()));
            membership(true, () -> {
                test.array.removeMember(leaving.name());
                candidates.add(drive(leaving.name()));
            });
        }
        if (!candidates.isEmpty()) {
            ModelDrive back = candidates.get(r.nextInt(candidates.size()));
            back.revive(power, r.nextLong());
            test.disks.set(back.number, back.faults());
            add(back, shape.level().isRedundant(), false);
        }
    }

    /** A drive of another array is refused, unless its owner insists. */
    private void addUsed() throws IOException {
        if (drives.size() >= MOST_DRIVES) {
            return;
        }
        ModelDrive drive = newDrive(shape.diskBytes());
        litter(drive);
        Shape other = new Shape(RaidLevel.RAID1, 0, 1, 0, shape.componentBytes() / 4096 * 4096, 0);
        other.create(test, List.of(drive.number), "other");
        add(drive, false, false);
        drive.joined = false;
        if (shape.level().isRedundant()) {
            add(drive, true, true);
        }
    }

    // ---- stops and starts

    /** Whether nothing stands in the way of a start with all members. */
    private boolean sound() {
        return !failed() && status().degradedDisks() == 0 && inSync(status()).stream().allMatch(ModelDrive::healthy);
    }

    private void stop(Random r) throws IOException {
        List<ModelDrive> needed = inSync(status());
        boolean must = needed.stream().allMatch(ModelDrive::healthy)
                && (!unsettled || needed.size() == shape.raidDisks());
        if (close()) {
            reopen(known(), must, false);
            after(r);
        } else {
            restart(r, false, known(), false, false);
        }
    }

    private void crash(Random r, boolean cut) throws IOException {
        boolean must = sound();
        restart(r, cut, known(), must, false);
    }

    private void restart(Random r, boolean cut, List<ModelDrive> offered, boolean must, boolean mustNot)
            throws IOException {
        abandon();
        if (cut) {
            cutPower(r);
        }
        reopen(offered, must, mustNot);
        after(r);
    }

    private void after(Random r) throws IOException {
        switch (r.nextInt(4)) {
            case 0, 1 -> compareAll();
            case 2 -> check();
            default -> {}
        }
    }

    private void crashInside(Random r, boolean cut) throws IOException {
        boolean sound = sound();
        int calls = r.nextInt(r.nextInt(3) == 0 ? 60 : 12);
        if (cut) {
            power.failAfter(calls);
        } else {
            process.killAfter(calls);
        }
        int what = r.nextInt(10);
        switch (what) {
            case 0, 1, 2, 3 -> write(r, r.nextBoolean());
            case 4 -> flush();
            case 5 -> zero(r, true);
            case 6 -> maintain(r);
            case 7 -> test.pass(8);
            case 8 -> fail(r);
            default -> addBack(r);
        }
        if (process.killed() || power.isOff()) {
            counts.outcome("crash inside a call");
        }
        restart(r, cut, known(), sound && what < 8, false);
    }

    private void reopenWithout(Random r) throws IOException {
        List<ModelDrive> needed = new ArrayList<>(inSync(status()));
        boolean whole = needed.size() == shape.raidDisks() && !failed();
        boolean stopped = r.nextInt(3) > 0 && close();
        boolean dirty = !stopped && status().dirty();
        int leave = 1 + r.nextInt(2);
        List<ModelDrive> offered = new ArrayList<>(known());
        for (int i = 0; i < leave && !needed.isEmpty(); i++) {
            offered.remove(needed.remove(r.nextInt(needed.size())));
        }
        boolean mustNot = parity != null && whole && dirty && offered.size() < known().size();
        if (stopped) {
            reopen(offered, false, false);
            after(r);
        } else {
            restart(r, r.nextBoolean(), offered, false, mustNot);
        }
    }

    private void readOnly(Random r) throws IOException {
        boolean sound = sound();
        if (!close()) {
            abandon();
        }
        lookReadOnly(known(), sound);
        reopen(known(), sound, false);
    }

    // ---- the end

    /** Everything is mended, and then all content must be there, twice, and with any members left out. */
    private void finish() throws IOException {
        if (!close()) {
            abandon();
        }
        reviveAll();
        reopen(known(), false, false);
        if (shape.level().isRedundant()) {
            fillVacancies();
        }
        makeWhole();
        if (shape.level().isRedundant()) {
            check();
        }
        compareAll();
        List<ModelDrive> holders = inSync(status());
        if (!close()) {
            throw violation("the array does not stop", null);
        }
        for (int i = 0; shape.level().isRedundant() && i < 2; i++) {
            lookWithout(holders);
        }
        reopen(known(), true, false);
        compareAll();
        close();
    }

    private void fillVacancies() throws IOException {
        for (int i = 0; i <= shape.raidDisks(); i++) {
            if (settle() || roles(status()).stream().allMatch(member -> member.state() != null)) {
                return;
            }
            ModelDrive drive = newDrive(shape.diskBytes());
            litter(drive);
            add(drive, true, false);
        }
    }

    /** Lost blocks are written anew by their owner; after that nothing may be missing. */
    private void makeWhole() throws IOException {
        if (holed) {
            byte[] all = randomBytes(random, content.length());
            boolean lost = false;
            for (int at = 0; at < content.length(); at += 4096) {
                int length = Math.min(4096, content.length() - at);
                if (!compare(at, length)) {
                    lost = true;
                }
            }
            if (lost) {
                counts.outcome("lost blocks written anew");
                change(0, all, false, () -> test.write(0, all));
            }
            settle();
            if (!close()) {
                abandon();
            }
            reopen(known(), true, false);
            repair();
            holed = false;
        }
        if (shape.level().isRedundant() && !settle()) {
            throw violation("the array does not become whole", null);
        }
        unsettled = false;
        compareAll();
    }

    /** @param holders by role */
    private void lookWithout(List<ModelDrive> holders) {
        List<ModelDrive> offered = new ArrayList<>(known());
        long mask = 0;
        for (int tries = 0; tries < 3; tries++) {
            int role = random.nextInt(shape.raidDisks());
            if (bearable(mask | 1L << role)) {
                mask |= 1L << role;
                offered.remove(holders.get(role));
            }
        }
        lookReadOnly(offered, true);
        counts.outcome("look without some members");
    }
}
