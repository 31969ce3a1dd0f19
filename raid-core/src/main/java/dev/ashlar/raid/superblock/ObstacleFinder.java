package dev.ashlar.raid.superblock;

import dev.ashlar.raid.RaidLevel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Finds what stands in the way of opening an assembled array. */
final class ObstacleFinder {
    private static final int PPL_MAX_DISKS = 64;

    private final Assembly assembly;
    private final ArrayFields array;
    private final List<Obstacle> found = new ArrayList<>();

    private ObstacleFinder(Assembly assembly) {
        this.assembly = assembly;
        this.array = assembly.best().array();
    }

    /** The obstacles of an assembly, worst first. @param assembly everything but its obstacles */
    static List<Obstacle> find(Assembly assembly) {
        ObstacleFinder finder = new ObstacleFinder(assembly);
        finder.features();
        Optional<Obstacle> shape = ArrayShape.problem(finder.array);
        shape.ifPresent(finder.found::add);
        if (shape.isEmpty() && !finder.array.has(Features.RESHAPE_ACTIVE)) {
            finder.members();
        }
        finder.found.sort(Comparator.comparing((Obstacle obstacle) -> obstacle.cause().write())
                .thenComparing(obstacle -> obstacle.cause().read())
                .reversed());
        return finder.found;
    }

    private void features() {
        if (array.has(Features.RESHAPE_ACTIVE)) {
            add(array.level() == RaidLevel.RAID1 ? Cause.RAID1_RESHAPE : Cause.RESHAPE,
                    "a reshape is in progress at array sector " + assembly.best().reshape().position()
                            + "; only the kernel can finish it");
        }
        if (array.has(Features.CLUSTERED)) {
            add(Cause.CLUSTERED, "the array is clustered; other machines may be writing it");
        }
        if (array.has(Features.JOURNAL)) {
            journal();
        }
        if (array.hasPpl()) {
            ppl();
        }
    }

    private void journal() {
        Candidate journal = assembly.journal();
        if (array.has(Features.BITMAP_OFFSET) || !array.level().hasParity()) {
            add(Cause.ASHLAR_FENCE, "the array was open with a log and was not stopped cleanly; this version does not"
                    + " read that log, which holds the newest writes");
        } else if (journal == null) {
            add(Cause.JOURNAL_MISSING, "the write journal is absent; what it holds may be missing from the members");
        } else if (journal.journal() == JournalContent.EMPTY) {
            add(Cause.JOURNAL_EMPTY, "the array has a write journal (" + journal.name() + "), which is empty; arrays"
                    + " with a journal are only read");
        } else {
            add(Cause.JOURNAL_NOT_EMPTY, "the write journal " + journal.name()
                    + (journal.journal() == JournalContent.UNKNOWN ? " was not examined" : " holds writes")
                    + "; the members alone may be out of date");
        }
    }

    private void ppl() {
        boolean both = array.has(Features.PPL) && array.has(Features.MULTIPLE_PPLS);
        boolean other = array.has(Features.BITMAP_OFFSET) || array.has(Features.JOURNAL);
        if (both || other || array.level() != RaidLevel.RAID5 || array.raidDisks() > PPL_MAX_DISKS) {
            add(Cause.PPL_CONTRADICTION, "the feature bits 0x" + Integer.toHexString(array.features()) + " of this "
                    + array.level() + " contradict each other");
        } else {
            add(Cause.PPL, "the array has partial parity logs; they are replayed if it is dirty, and given up at the"
                    + " first writable start");
        }
    }

    private void members() {
        long inSync = SlotFiller.inSyncMask(assembly.slots());
        if (!ArrayShape.survives(array, inSync)) {
            Cause cause = array.level() == RaidLevel.RAID0 ? Cause.RAID0_MEMBER_MISSING : Cause.TOO_MANY_MISSING;
            add(cause, "only " + Long.bitCount(inSync) + " of " + array.raidDisks()
                    + " roles have a current member; missing: " + roles(slot -> !slot.inSync()));
        } else {
            dirtyDegraded();
            raid0Layout();
        }
        absentMembers();
        leftOut();
        rebuilds();
    }

    /** Kernel source: {@code raid5_run}. With partial parity logs the start is safe once they are replayed. */
    private void dirtyDegraded() {
        long parityUnderRebuild = assembly.slots().stream()
                .filter(slot -> slot.recovering() && ArrayShape.onlyParity(array, slot.role()))
                .count();
        if (assembly.dirty() && array.level().hasParity() && !hasPpl()
                && assembly.degraded() > parityUnderRebuild) {
            add(Cause.DIRTY_DEGRADED, "the array was not stopped cleanly and role " + roles(slot -> !slot.inSync())
                    + " has no current member: what that member held cannot be told for certain");
        }
    }

    private boolean hasPpl() {
        return found.stream().anyMatch(obstacle -> obstacle.cause() == Cause.PPL);
    }

    private void raid0Layout() {
        if (array.level() != RaidLevel.RAID0) {
            return;
        }
        long[] sizes = assembly.slots().stream()
                .mapToLong(slot -> slot.candidate().superblock().member().dataSize())
                .toArray();
        try {
            if (ArrayShape.layoutIsMissing(array, sizes)) {
                add(Cause.RAID0_WITHOUT_LAYOUT, "the members differ in size and the superblocks do not say which of the"
                        + " two RAID 0 layouts the data have");
            }
        } catch (IllegalArgumentException e) {
            add(Cause.SIZE_RANGE, e.getMessage());
        }
    }

    private void absentMembers() {
        long absentRoles = 0;
        for (int number : assembly.listedAbsent()) {
            int role = array.roles().of(number);
            absentRoles |= role < array.raidDisks() ? 1L << role : 0;
        }
        boolean started = found.stream().noneMatch(obstacle ->
                obstacle.cause() == Cause.TOO_MANY_MISSING || obstacle.cause() == Cause.RAID0_MEMBER_MISSING);
        if (assembly.listedAbsent().isEmpty() || !started) {
            return;
        }
        String absent = "the superblocks list members that are not here (number "
                + assembly.listedAbsent().stream().map(String::valueOf).collect(Collectors.joining(", ")) + ")";
        if (ArrayShape.survives(array, absentRoles)) {
            add(Cause.POSSIBLE_SPLIT, absent + "; they could have been running without these and hold newer writes");
        } else {
            add(Cause.LISTED_MEMBERS_ABSENT, absent + "; the array starts degraded");
        }
    }

    private void leftOut() {
        String forced = roles(Slot::forced);
        if (!forced.isEmpty()) {
            add(Cause.STALE_FORCED, "out-of-date members were taken in by force (role " + forced
                    + "): what was written without them is lost; run a repair and check the content");
        }
        String diverged = names(Rejected::diverged);
        if (!diverged.isEmpty()) {
            add(Cause.SPLIT, diverged
                    + "; the offered members have two histories, offer only those of the one to keep");
        }
        String stale = names(member -> !member.diverged());
        if (!stale.isEmpty()) {
            add(Cause.STALE_MEMBERS, "left out: " + stale);
        }
    }

    private void rebuilds() {
        for (Slot slot : assembly.slots()) {
            boolean guided = slot.recovering() && slot.candidate().superblock().member().has(Features.RECOVERY_BITMAP);
            if (guided && !slot.bitmapGuided()) {
                add(Cause.REBUILD_WITHOUT_BITMAP, slot.candidate().name()
                        + " was being rebuilt by a bitmap that is gone; it is rebuilt from the beginning");
            }
        }
        if (!assembly.replacements().isEmpty()) {
            String names = assembly.replacements().stream().map(Candidate::name).collect(Collectors.joining(", "));
            add(Cause.REPLACEMENT, names + " was replacing a member; it becomes a spare");
        }
    }

    private String roles(Predicate<Slot> which) {
        return assembly.slots().stream()
                .filter(which)
                .map(slot -> String.valueOf(slot.role()))
                .collect(Collectors.joining(", "));
    }

    private String names(Predicate<Rejected> which) {
        return assembly.stale().stream().filter(which).map(Rejected::toString).collect(Collectors.joining("; "));
    }

    private void add(Cause cause, String sentence) {
        found.add(new Obstacle(cause, sentence));
    }
}
