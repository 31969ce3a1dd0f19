package dev.ashlar.raid.array;

import dev.ashlar.raid.ArrayState;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.engine.RoleTable;
import dev.ashlar.raid.layout.LayoutNames;
import dev.ashlar.raid.member.Member;
import dev.ashlar.raid.superblock.ArrayFields;
import java.util.ArrayList;
import java.util.List;

/** Puts an open array's state into a picture, from memory alone. */
final class StatusReport {
    private final ArrayCore core;
    private final Passes passes;
    private final Maintenance maintenance;
    private final SpaceTrouble space;

    StatusReport(ArrayCore core, Passes passes, Maintenance maintenance, SpaceTrouble space) {
        this.core = core;
        this.passes = passes;
        this.maintenance = maintenance;
        this.space = space;
    }

    ArrayStatus take(List<String> standing) {
        ArrayFields fields = core.fields();
        RoleTable table = core.roles();
        boolean hasBitmap = core.bitmap() != null;
        return new ArrayStatus(
                fields.name(),
                fields.setUuid(),
                fields.level(),
                LayoutNames.name(fields.level(), fields.layout()),
                "1." + core.minorVersion,
                table.size(),
                fields.chunkSectors() * 512L,
                fields.sizeSectors() * 512,
                core.engine().arrayBytes(),
                policy(hasBitmap),
                state(),
                core.level.isRedundant() && (core.gate.isOpen() || !fields.clean()),
                Long.bitCount(table.refreshed().notInSyncMask()),
                fields.events(),
                passes.mismatchSectors(),
                maintenance.progress(),
                members(table),
                hasBitmap ? core.bitmap().setBits() : -1,
                hasBitmap ? core.bitmap().totalBits() : -1,
                warnings(standing));
    }

    private ConsistencyPolicy policy(boolean hasBitmap) {
        if (!core.level.isRedundant()) {
            return ConsistencyPolicy.NONE;
        }
        return hasBitmap ? ConsistencyPolicy.BITMAP : ConsistencyPolicy.RESYNC;
    }

    private ArrayState state() {
        if (core.isStopped()) {
            return ArrayState.STOPPED;
        }
        if (core.failure() != null) {
            return ArrayState.FAILED;
        }
        if (core.readOnly) {
            return ArrayState.READ_ONLY;
        }
        boolean clean = !core.level.isRedundant() || !core.gate.isOpen() && core.fields().clean();
        return clean ? ArrayState.CLEAN : ArrayState.ACTIVE;
    }

    private List<MemberStatus> members(RoleTable table) {
        List<MemberStatus> list = new ArrayList<>();
        for (int role = 0; role < table.size(); role++) {
            Member member = table.member(role);
            boolean here = member != null && member.state() != MemberState.FAULTY;
            list.add(here ? status(member)
                    : new MemberStatus("", role, -1, null, null, 0, 0, 0, 0, ""));
        }
        core.spares().forEach(member -> list.add(status(member)));
        core.faulty().forEach(member -> list.add(status(member)));
        list.addAll(core.stale());
        return list;
    }

    static MemberStatus status(Member member) {
        return new MemberStatus(
                member.name(),
                member.role(),
                member.fields().devNumber(),
                member.fields().deviceUuid(),
                member.state(),
                member.recoveredBytes(),
                member.readErrors(),
                member.writeErrors(),
                member.badBlocks().totalSectors(),
                member.reason());
    }

    private List<String> warnings(List<String> standing) {
        List<String> all = new ArrayList<>(standing);
        if (core.notComparedSectors.get() > 0) {
            all.add("The last check could not compare " + core.notComparedSectors.get()
                    + " sectors, because members are missing or cannot be read there.");
        }
        if (core.failure() != null) {
            all.add("The array has failed: " + core.failure() + ".");
        }
        if (!maintenance.trouble().isEmpty()) {
            all.add("The background pass is held up: " + maintenance.trouble() + ".");
        }
        space.warning().ifPresent(all::add);
        if (core.regions().anyStuck()) {
            all.add("Some data is lost: parity cannot be brought in sync everywhere.");
        }
        return all;
    }
}
