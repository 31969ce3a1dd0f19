package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.bitmap.WriteIntentBitmap;
import dev.ashlar.raid.member.BadBlocks;
import dev.ashlar.raid.member.Member;
import dev.ashlar.raid.superblock.ArrayFields;
import dev.ashlar.raid.superblock.AshlarHeader;
import dev.ashlar.raid.superblock.MemberFields;
import dev.ashlar.raid.superblock.Roles;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockException;
import dev.ashlar.raid.superblock.SuperblockIo;
import dev.ashlar.raid.superblock.SuperblockLayout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Devices that join and leave an open array.
 *
 * <p>Invariant: a device that comes back gets its role by the bitmap only if its events are not older than the bitmap's
 * last clearing and nobody has held the role since it left (md-format §16.16); everything else is rebuilt whole.
 */
final class Membership {
    private final ArrayCore core;
    private final Passes passes;

    Membership(ArrayCore core, Passes passes) {
        this.core = core;
        this.passes = passes;
    }

    /** The attached member with this path. */
    Member find(String name) throws ArrayRefusedException {
        for (Member member : all()) {
            if (MemberDevices.same(member.name(), name)) {
                return member;
            }
        }
        throw new ArrayRefusedException(name + " is no member of " + core.name);
    }

    private List<Member> all() {
        List<Member> all = new ArrayList<>();
        for (Member member : core.roles().present()) {
            if (!core.faulty().contains(member)) {
                all.add(member);
            }
        }
        all.addAll(core.spares());
        all.addAll(core.faulty());
        return all;
    }

    void remove(String name) throws IOException {
        if (core.stale().removeIf(status -> MemberDevices.same(status.name(), name))) {
            return;
        }
        Member member = find(name);
        core.change(() -> {
            if (member.state() != MemberState.FAULTY && member.state() != MemberState.SPARE) {
                throw new ArrayRefusedException(member.name() + " is " + member.state().word() + " in " + core.name
                        + ": fail it first");
            }
            core.faulty().remove(member);
            core.spares().remove(member);
            core.fields(core.fields().withRole(member.fields().devNumber(), Roles.SPARE));
            core.commit(ArrayCore.Change.OTHER);
            return null;
        });
        member.close();
    }

    /** Whether a device with this name may be opened to be added: what is attached must leave first. */
    void requireUnattached(String name) throws ArrayRefusedException {
        for (Member member : all()) {
            if (MemberDevices.same(member.name(), name)) {
                throw new ArrayRefusedException(member.name() + " is " + member.state().word() + " in " + core.name
                        + (member.state() == MemberState.FAULTY ? ": remove it first" : " already"));
            }
        }
    }

    /** Takes the device over; closes it if it is refused. */
    String add(MemberDevice offered, boolean force) throws IOException {
        boolean taken = false;
        try {
            String done = core.change(() -> attach(offered, force));
            taken = true;
            core.stale().removeIf(status -> MemberDevices.same(status.name(), offered.name()));
            core.changed();
            return done;
        } finally {
            if (!taken) {
                offered.device().close();
            }
        }
    }

    private String attach(MemberDevice offered, boolean force) throws IOException {
        if (!core.level.isRedundant()) {
            throw new ArrayRefusedException(core.name + " is " + core.level + ", which takes no new members");
        }
        Superblock found = superblock(offered);
        boolean own = found != null && found.array().setUuid().equals(core.fields().setUuid());
        if (own && mayReturn(found)) {
            return comeBack(offered, found);
        }
        MemberFields place = placeLike(core.roles().present()[0].fields(), offered);
        if (!own && !force) {
            Optional<String> content = SuperblockIo.foreignContent(offered.device());
            if (content.isPresent()) {
                throw new ArrayRefusedException(offered.name() + " holds " + content.get()
                        + ", which --force would overwrite");
            }
        }
        return joinAsSpare(offered, place);
    }

    private static Superblock superblock(MemberDevice offered) throws IOException {
        try {
            return SuperblockIo.read(offered.device(), offered.name());
        } catch (SuperblockException _) {
            return null;
        }
    }

    private boolean mayReturn(Superblock found) {
        WriteIntentBitmap bitmap = core.bitmap();
        int role = found.role();
        return bitmap != null
                && passes.vacant(role)
                && core.vacancies().leftBy(role, found)
                && !used(found.member().devNumber())
                && Long.compareUnsigned(found.array().events(), bitmap.eventsCleared()) >= 0;
    }

    private String comeBack(MemberDevice offered, Superblock found) throws IOException {
        Member member = new Member(offered.name(), offered.device(), found.member(),
                MemberBadBlocks.read(offered.device(), offered.name(), found.member()), MemberState.SPARE, -1);
        int role = found.role();
        boolean done = false;
        try {
            passes.takeRole(member, role, true);
            core.commit(ArrayCore.Change.OTHER);
            done = true;
        } finally {
            if (!done && core.roles().member(role) == member) {
                core.table(core.roles().with(role, null));
            }
        }
        return offered.name() + " returns to role " + role + ": what it missed is copied";
    }

    private String joinAsSpare(MemberDevice offered, MemberFields own) throws IOException {
        ArrayFields fields = core.fields();
        SuperblockIo.erase(offered.device());
        BadBlocks badBlocks = MemberBadBlocks.fresh(offered.device(), own);
        Member spare = new Member(offered.name(), offered.device(), own, badBlocks, MemberState.SPARE, -1);
        WriteIntentBitmap bitmap = core.bitmap();
        if (bitmap != null) {
            bitmap.writeAllTo((at, source, from, length) -> offered.device()
                    .write((own.superOffset() + fields.bitmapOffset()) * 512 + at, source, from, length, true));
        }
        giveHeader(offered.device(), own);
        core.fields(fields.withRole(own.devNumber(), Roles.SPARE));
        core.spares().add(spare);
        boolean done = false;
        try {
            core.commit(ArrayCore.Change.OTHER);
            done = true;
        } finally {
            if (!done) {
                core.spares().remove(spare);
            }
        }
        boolean wanted = core.roles().present().length < core.roles().size();
        return offered.name() + (wanted ? " is added, to be rebuilt in a vacant role" : " is added as a spare");
    }

    /** Where everything lies on a new member: as on the others, and with metadata 1.0 as far from its end. */
    private MemberFields placeLike(MemberFields pattern, MemberDevice offered) throws ArrayRefusedException {
        long sectors = offered.device().sizeBytes() / 512;
        long superOffset = pattern.superOffset();
        long dataSectors = sectors - pattern.dataOffset();
        if (core.minorVersion == 0) {
            superOffset = SuperblockLayout.superblockSector(0, sectors);
            dataSectors = superOffset - (pattern.superOffset() - pattern.dataSize());
        }
        if (dataSectors < core.fields().sizeSectors()) {
            throw new ArrayRefusedException(offered.name() + " is too small: with its " + offered.device().sizeBytes()
                    + " bytes it has room for " + Math.max(0, dataSectors) + " sectors of data, " + core.name + " needs "
                    + core.fields().sizeSectors());
        }
        return new MemberFields(freeNumber(), core.environment.uuids().get(), 0, pattern.dataOffset(), dataSectors,
                superOffset, 0, 0, 0, pattern.badBlockShift(), pattern.badBlockSectors(), pattern.badBlockOffset(), 0);
    }

    /** A new member offers the same areas as the others, if they have any. */
    private void giveHeader(BlockDevice device, MemberFields own) throws IOException {
        Member other = core.roles().present()[0];
        Optional<AshlarHeader> header = AshlarHeader.read(other.device());
        if (header.isPresent() && header.get().setUuid().equals(core.fields().setUuid())) {
            AshlarHeader.first(new Superblock(core.minorVersion, core.fields(), own), header.get().areas()).write(device);
        }
    }

    /** As the kernel does: the lowest number at or above raid_disks that no attached device has. */
    private int freeNumber() {
        int number = core.fields().raidDisks();
        while (core.fields().roles().of(number) != Roles.SPARE || used(number)) {
            number++;
        }
        return number;
    }

    private boolean used(int devNumber) {
        return all().stream().anyMatch(member -> member.fields().devNumber() == devNumber);
    }

    /** Releases every device; the first failure is thrown after all were tried. */
    void closeAll() throws IOException {
        IOException first = null;
        for (Member member : all()) {
            try {
                member.close();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
