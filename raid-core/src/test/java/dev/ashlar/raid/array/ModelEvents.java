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

/** What may happen to the array of the model while it runs. */
class ModelEvents extends ModelStarts {
    private static final int MOST_DRIVES = 16;

    ModelEvents(ModelPlan plan, ModelCounts counts, BiFunction<Integer, BlockDevice, BlockDevice> planted) {
        super(plan, counts, planted);
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

    void write(Random r, boolean fua) {
        int[] range = range(r);
        byte[] bytes = randomBytes(r, range[1]);
        change(range[0], bytes, fua, () -> test.array.write(range[0], MemorySegment.ofArray(bytes), 0,
                bytes.length, fua));
    }

    void zero(Random r, boolean trim) {
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

    void read(Random r) {
        if (r.nextInt(3) == 0) {
            compareAll();
        } else {
            int[] range = range(r);
            compare(range[0], range[1]);
        }
    }

    // ---- passes

    void maintain(Random r) {
        for (int i = r.nextInt(4); i >= 0; i--) {
            test.array.maintain();
            excused();
        }
    }

    void check() throws IOException {
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

    void repair() throws IOException {
        if (shape.level().isRedundant() && !failed()) {
            test.array.requestAction(SyncAction.REPAIR);
            if (settle()) {
                compareAll();
                // A power cut would undo what the repair wrote, until it is flushed.
                if (flush()) {
                    mistrusted.clear();
                }
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
    boolean may(Random r, ModelDrive drive) {
        long mask = impaired();
        for (MemberStatus member : roles(status())) {
            mask |= member.name().equals(drive.name) ? 1L << member.role() : 0;
        }
        return bearable(mask) || r.nextInt(8) == 0;
    }

    void die(Random r) {
        ModelDrive drive = pick(r);
        if (may(r, drive)) {
            drive.die();
        }
    }

    private Fault data(Operation operation, Random r) {
        return Fault.on(operation).in(512 * 512, shape.componentBytes());
    }

    void readErrors(Random r) {
        ModelDrive drive = pick(r);
        if (may(r, drive)) {
            long length = Math.min(shape.componentBytes(), 512L << r.nextInt(7));
            long at = 512 * 512 + r.nextLong(shape.componentBytes() - length + 1) / 512 * 512;
            Fault fault = Fault.on(Operation.READ).in(at, length);
            drive.faults().inject(r.nextBoolean() ? fault : fault.times(1 + r.nextInt(3)));
            drive.expectReadFaults();
        }
    }

    void writeError(Random r) {
        ModelDrive drive = pick(r);
        if (may(r, drive)) {
            Operation operation = r.nextInt(3) == 0 ? Operation.WRITE_ZEROES : Operation.WRITE;
            drive.faults().inject(data(operation, r).after(r.nextInt(3)).once().applying(512L * r.nextInt(4)));
            drive.expectReadFaults();
        }
    }

    void noSpace(Random r) {
        ModelDrive drive = pick(r);
        int skip = r.nextInt(4);
        int times = r.nextBoolean() ? 1 + r.nextInt(3) : Integer.MAX_VALUE;
        drive.faults().inject(data(Operation.WRITE, r).after(skip).times(times).withNoSpace());
        drive.faults().inject(data(Operation.WRITE_ZEROES, r).after(skip).times(times).withNoSpace());
        drive.expectNoSpace();
    }

    void flushFails(Random r) {
        ModelDrive drive = pick(r);
        if (may(r, drive)) {
            drive.failNextFlush(r.nextLong());
        }
    }

    void heal() throws IOException {
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

    void fail(Random r) throws IOException {
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
    void membership(boolean may, Change change) throws IOException {
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

    void remove(Random r) throws IOException {
        List<MemberStatus> candidates = status().members().stream()
                .filter(member -> member.state() == MemberState.FAULTY || member.state() == MemberState.SPARE
                        || member.state() == MemberState.IN_SYNC && r.nextInt(10) == 0)
                .toList();
        if (!candidates.isEmpty()) {
            MemberStatus leaving = candidates.get(r.nextInt(candidates.size()));
            membership(leaving.state() != MemberState.IN_SYNC, () -> test.array.removeMember(leaving.name()));
        }
    }

    void addBlank() throws IOException {
        if (drives.size() < MOST_DRIVES) {
            ModelDrive drive = newDrive(shape.diskBytes());
            litter(drive);
            add(drive, shape.level().isRedundant(), false);
        }
    }

    void add(ModelDrive drive, boolean may, boolean force) throws IOException {
        membership(may, () -> {
            drive.joined |= !force;
            String done = test.array.addMember(test.device(drive.number), force);
            drive.joined = true;
            counts.outcome(done.contains("returns") ? "returned by bitmap"
                    : done.contains("rebuilt") ? "rebuilt" : "spare");
        });
    }

    void addBack(Random r) throws IOException {
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
    void addUsed() throws IOException {
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
}
