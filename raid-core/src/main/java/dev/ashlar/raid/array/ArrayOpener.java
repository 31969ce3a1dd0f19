package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.bitmap.WriteIntentBitmap;
import dev.ashlar.raid.engine.Engine;
import dev.ashlar.raid.engine.RoleTable;
import dev.ashlar.raid.member.Member;
import dev.ashlar.raid.superblock.ArrayFields;
import dev.ashlar.raid.superblock.Assembler;
import dev.ashlar.raid.superblock.Assembly;
import dev.ashlar.raid.superblock.Candidate;
import dev.ashlar.raid.superblock.Cause;
import dev.ashlar.raid.superblock.Features;
import dev.ashlar.raid.superblock.MemberFields;
import dev.ashlar.raid.superblock.Rejected;
import dev.ashlar.raid.superblock.Roles;
import dev.ashlar.raid.superblock.Slot;
import dev.ashlar.raid.superblock.SuperblockException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * From offered devices to an open array. Nothing is written before the decision to open it is made, and nothing at all
 * when it is opened read-only.
 */
final class ArrayOpener {
    private final OfferedMembers offered;
    private final OpenOptions options;
    private final ArrayEnvironment environment;
    private final List<String> warnings = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();

    private ArrayOpener(OfferedMembers offered, OpenOptions options, ArrayEnvironment environment) {
        this.offered = offered;
        this.options = options;
        this.environment = environment;
    }

    static RaidArray open(List<Path> paths, OpenOptions options, ArrayEnvironment environment) throws IOException {
        try (OfferedMembers offered = OfferedMembers.openAll(paths, options.readOnly())) {
            return new ArrayOpener(offered, options, environment).open();
        }
    }

    static RaidArray openDevices(List<MemberDevice> devices, OpenOptions options, ArrayEnvironment environment)
            throws IOException {
        try (OfferedMembers offered = OfferedMembers.of(devices)) {
            return new ArrayOpener(offered, options, environment).open();
        }
    }

    private RaidArray open() throws IOException {
        Assembly assembly = Assembler.assemble(offered.candidates(), options);
        try {
            assembly.requireOpenable(options);
        } catch (SuperblockException e) {
            throw offered.leftOut().isEmpty() ? e : new SuperblockException(e.reason(), e.getMessage()
                    + "; could not be used: " + offered.whyLeftOut());
        }
        warnings.addAll(assembly.warnings());
        boolean done = false;
        try {
            RaidArray array = start(assembly);
            done = true;
            return array;
        } finally {
            if (!done) {
                for (Member member : members) {
                    member.close();
                }
            }
        }
    }

    private RaidArray start(Assembly assembly) throws IOException {
        ArrayFields fields = assembly.best().array();
        RoleTable table = takeRoles(assembly);
        boolean dirty = assembly.dirty() && !(options.force() && assembly.has(Cause.DIRTY_DEGRADED));
        if (!options.readOnly()) {
            dirty &= !PplSupport.retire(fields, table, dirty);
        }
        if (!dirty) {
            fields = fields.withResyncOffset(ArrayFields.CLEAN);
        }
        ArrayCore core = new ArrayCore(shownName(fields.name()), fields, assembly.best().minorVersion(), table,
                options.readOnly(), environment);
        for (Candidate spare : assembly.spares()) {
            core.spares().add(takeSpare(spare));
        }
        for (Candidate replacement : assembly.replacements()) {
            Member spare = takeSpare(replacement);
            spare.fields(MemberSuperblock.settled(spare));
            core.spares().add(spare);
        }
        reportLeftOut(core, assembly);
        Engine engine = Engines.of(fields, dataSectors(assembly), core);
        WriteIntentBitmap bitmap = BitmapSupport.load(core, table, engine, dirty, options);
        long resyncPosition = bitmap == null && dirty && fields.level().isRedundant()
                ? fields.resyncOffset() * 512 : SyncRegions.DONE;
        core.start(engine, bitmap, resyncPosition);
        resumeRecovery(table, assembly, bitmap != null);
        if (!options.readOnly()) {
            catchUp(core, assembly);
            record(core, assembly);
        }
        return new RaidArray(core, warnings);
    }

    private RoleTable takeRoles(Assembly assembly) throws IOException {
        Member[] byRole = new Member[assembly.slots().size()];
        for (Slot slot : assembly.slots()) {
            if (slot.candidate() != null) {
                MemberState state = slot.recovering() ? MemberState.RECOVERING : MemberState.IN_SYNC;
                byRole[slot.role()] = takeMember(slot.candidate(), slot.memberFields(), state, slot.role());
            }
        }
        return new RoleTable(byRole);
    }

    private Member takeSpare(Candidate candidate) throws IOException {
        return takeMember(candidate, candidate.superblock().member(), MemberState.SPARE, -1);
    }

    private Member takeMember(Candidate candidate, MemberFields fields, MemberState state, int role)
            throws IOException {
        BlockDevice device = offered.look(candidate.name());
        Member member = new Member(candidate.name(), device, fields,
                MemberBadBlocks.read(device, candidate.name(), fields), state, role);
        offered.take(candidate.name());
        members.add(member);
        return member;
    }

    private static long[] dataSectors(Assembly assembly) {
        if (assembly.best().array().level() != RaidLevel.RAID0) {
            return new long[0];
        }
        return assembly.slots().stream()
                .mapToLong(slot -> slot.candidate().superblock().member().dataSize())
                .toArray();
    }

    /**
     * A re-add that was interrupted goes on; without a bitmap to guide it, it begins as a whole rebuild. Whoever is being
     * rebuilt says so in its next superblock, also if the update that gave it the role had not reached it.
     */
    private static void resumeRecovery(RoleTable table, Assembly assembly, boolean bitmap) {
        for (Slot slot : assembly.slots()) {
            if (slot.candidate() != null && slot.recovering()) {
                Member member = table.member(slot.role());
                if (slot.bitmapGuided() || slot.recoveryOffset() == 0) {
                    member.startRecovery(slot.role(), bitmap && slot.bitmapGuided());
                }
                member.fields(MemberSuperblock.recovering(member));
            }
        }
    }

    /**
     * Completes the update in which a crash fell: members that it did not reach are given it. Were they left one update
     * behind, a crash in the next update would leave them two behind, and out of date.
     */
    private static void catchUp(ArrayCore core, Assembly assembly) throws IOException {
        long events = assembly.best().array().events();
        for (Slot slot : assembly.slots()) {
            if (slot.candidate() == null || slot.candidate().superblock().array().events() == events) {
                continue;
            }
            Member member = core.roles().member(slot.role());
            try {
                MemberSuperblock.write(member, assembly.best().array(), core.minorVersion);
            } catch (IOException e) {
                core.memberFailed(member, member.describe("write of the superblock", 0, 0, e));
            }
        }
    }

    private void reportLeftOut(ArrayCore core, Assembly assembly) {
        for (Rejected rejected : assembly.stale()) {
            Candidate candidate = rejected.candidate();
            core.stale().add(new MemberStatus(candidate.name(), rejected.formerRole(),
                    candidate.superblock().member().devNumber(), candidate.superblock().member().deviceUuid(),
                    MemberState.STALE, 0, 0, 0, 0, rejected.reason()));
        }
        for (MemberStatus status : offered.leftOut()) {
            core.stale().add(status);
            warnings.add(status.reason());
        }
    }

    /** Makes durable what was decided, so that a member that was absent now can never look fresh later. */
    private void record(ArrayCore core, Assembly assembly) throws IOException {
        ArrayFields fields = core.fields();
        IntPredicate held = number -> core.live().stream()
                .anyMatch(member -> member.fields().devNumber() == number && member.role() >= 0);
        boolean lost = false;
        for (int number : fields.roles().activeNumbers().toArray()) {
            if (!held.test(number)) {
                fields = fields.withRole(number, Roles.SPARE);
                lost = true;
            }
        }
        for (Slot slot : assembly.slots()) {
            if (slot.forced()) {
                fields = fields.withRole(core.roles().member(slot.role()).fields().devNumber(), slot.role());
                lost = true;
            }
        }
        boolean changed = lost || !assembly.replacements().isEmpty()
                || assembly.best().array().clean() != fields.clean()
                || assembly.slots().stream().anyMatch(Slot::forced);
        if (fields.hasPpl()) {
            fields = fields.withFeatures(fields.features() & ~(Features.PPL | Features.MULTIPLE_PPLS))
                    .withBitmapOffset(0);
            changed = true;
            warnings.add("The partial parity logs are given up: the array now runs with policy resync.");
        }
        if (!changed) {
            return;
        }
        ArrayFields recorded = fields;
        ArrayCore.Change change = lost ? ArrayCore.Change.MEMBERS : ArrayCore.Change.OTHER;
        core.change(() -> {
            if (recorded.clean()) {
                // What a killed process wrote may still be in the members' caches, and nothing will be resynced.
                core.flushMembers();
            }
            core.fields(recorded);
            core.commit(change);
            return null;
        });
    }

    /** The name users say: mdadm puts the host before it. */
    static String shownName(String setName) {
        int colon = setName.indexOf(':');
        return colon < 0 || colon == setName.length() - 1 ? setName : setName.substring(colon + 1);
    }
}
