package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;

/** Lives one {@link ModelPlan}: at every step, and at the end, what the array answers must be what the model allows. */
final class ModelRun extends ModelEvents {
    static final List<String> EXPECTED_OUTCOMES = List.of(
            "comparisons", "write refused", "read refused", "flush refused", "power cut",
            "forced start", "start refused", "read-only look", "array failed", "returned by bitmap",
            "rebuilt", "crash inside a call", "lost blocks written anew", "check", "look without some members");

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
