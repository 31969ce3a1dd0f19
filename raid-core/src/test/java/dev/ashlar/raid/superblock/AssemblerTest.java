package dev.ashlar.raid.superblock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.testing.Fixtures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The golden arrays, and the experiments of md-format, section 14. */
class AssemblerTest {
    private static final OpenOptions RUN = new OpenOptions(false, false, true);
    private static final OpenOptions FORCE = new OpenOptions(false, true, false);
    private static final OpenOptions FORCE_RUN = new OpenOptions(false, true, true);
    private static final OpenOptions FORCE_READ = new OpenOptions(true, true, false);

    // ---- golden arrays

    @Test
    void cleanArraysAreCompleteWhateverTheOrderOfTheirMembers() throws Exception {
        for (Fixtures.Array array : Fixtures.arrays("clean", "grown", "badblocks")) {
            List<Candidate> shuffled = Golden.candidates(array);
            Collections.shuffle(shuffled, new Random(array.name().hashCode()));
            Assembly assembly = assemble(shuffled);
            assertThat(assembly.missing()).as(array.name()).isZero();
            assertThat(assembly.degraded()).isZero();
            assertThat(assembly.dirty()).as(array.name()).isFalse();
            assertThat(assembly.stale()).isEmpty();
            for (Slot slot : assembly.slots()) {
                Fixtures.Member member = array.memberInRole(slot.role());
                assertThat(slot.candidate().name()).as(array.name()).isEqualTo(member.file().replace(".img.gz", ""));
            }
            if (array.name().contains("journal")) {
                assertThat(causes(assembly)).containsExactly(Cause.JOURNAL_NOT_EMPTY);
                assertThat(assembly.journal().name()).isEqualTo("m3");
            } else if (array.name().contains("ppl")) {
                assertThat(causes(assembly)).containsExactly(Cause.PPL);
            } else {
                assertThat(causes(assembly)).as(array.name()).isEmpty();
            }
        }
    }

    @Test
    void degradedArraysLeaveTheirStaleMembersOut() throws Exception {
        assertGolden("raid5-degraded-4d", "m0 - m2 m3", "", "m1", Cause.STALE_MEMBERS);
        assertGolden("raid5-degraded-bitmap", "m0 m1 -", "", "m2", Cause.STALE_MEMBERS);
        assertGolden("raid6-degraded2-6d", "m0 - m2 m3 - m5", "", "m1 m4", Cause.STALE_MEMBERS);
        assertGolden("raid1-degraded-bitmap", "- m1", "", "m0", Cause.STALE_MEMBERS);
        assertGolden("raid10-degraded-n2", "m0 m1 - m3", "", "m2", Cause.STALE_MEMBERS);
        for (Fixtures.Array array : Fixtures.arrays("degraded")) {
            assertOpens(assemble(Golden.candidates(array)), OpenOptions.WRITABLE);
        }
        assertThat(assemble(Golden.candidates("raid5-degraded-4d")).stale().getFirst().reason())
                .isEqualTo("is recorded as faulty");
        assertThat(assemble(Golden.candidates("raid1-degraded-bitmap")).stale().getFirst().toString())
                .isEqualTo("m0 is out of date: its events are 3, the newest member has 8");
    }

    @Test
    void uncleanArraysAreDirtyAndOpen() throws Exception {
        for (Fixtures.Array array : Fixtures.arrays("unclean", "resync")) {
            Assembly assembly = assemble(Golden.candidates(array));
            assertThat(assembly.dirty()).as(array.name()).isTrue();
            assertThat(assembly.degraded()).isZero();
            assertOpens(assembly, OpenOptions.WRITABLE);
        }
        assertThat(assemble(Golden.candidates("raid6-resync-4d")).best().array().resyncOffset()).isEqualTo(0x100);
    }

    @Test
    void rebuildsAndReplacementsAreFoundHalfWay() throws Exception {
        assertGolden("raid5-recovery-3d", "m0 m3* m2", "", "m1", Cause.STALE_MEMBERS);
        assertGolden("raid1-recovery-2d", "m2* m1", "", "m0", Cause.STALE_MEMBERS);
        Slot recovering = assemble(Golden.candidates("raid5-recovery-3d")).slots().get(1);
        assertThat(recovering.recoveryOffset()).isEqualTo(256);
        Assembly replacing = assertGolden("raid5-replace-3d", "m0 m1 m2", "", "", Cause.REPLACEMENT);
        assertThat(replacing.replacements()).extracting(Candidate::name).containsExactly("m3");
        assertOpens(replacing, OpenOptions.WRITABLE);
        assertGolden("raid5-spare-3d", "m0 m1 m2", "m3", "");
    }

    @Test
    void aReshapeIsRefusedByName() throws Exception {
        Assembly assembly = assemble(Golden.candidates("raid5-reshape-3to4"));
        assertThat(causes(assembly)).containsExactly(Cause.RESHAPE);
        assertRefused(assembly, OpenOptions.WRITABLE, Cause.RESHAPE);
        assertRefused(assembly, FORCE_READ, Cause.RESHAPE);
    }

    @Test
    void aJournalIsReadOnlyWhenEmptyAndElseNeedsForce() throws Exception {
        List<Candidate> all = Golden.candidates("raid5-journal-3d");
        Assembly unknown = assemble(all);
        assertRefused(unknown, OpenOptions.READ_ONLY, Cause.JOURNAL_NOT_EMPTY);
        assertOpens(unknown, FORCE_READ);
        assertRefused(unknown, FORCE_RUN, Cause.JOURNAL_NOT_EMPTY);
        Candidate journal = all.get(3);
        Assembly empty = assemble(with(all, 3, new Candidate("m3", journal.superblock(), 0, JournalContent.EMPTY)));
        assertThat(causes(empty)).containsExactly(Cause.JOURNAL_EMPTY);
        assertOpens(empty, OpenOptions.READ_ONLY);
        assertRefused(empty, FORCE_RUN, Cause.JOURNAL_EMPTY);
        Assembly without = assemble(all.subList(0, 3));
        assertThat(causes(without)).containsExactly(Cause.JOURNAL_MISSING);
        assertRefused(without, RUN, Cause.JOURNAL_MISSING);
        assertOpens(without, FORCE_READ);
    }

    // ---- experiments

    @Test
    void oneMemberOneEventBehindIsCurrent() throws Exception {
        List<Candidate> members = three();
        Assembly assembly = assemble(with(members, 1, events(members.get(1), -1)));
        assertThat(assembly.degraded()).isZero();
        assertOpens(assembly, OpenOptions.WRITABLE);
    }

    @Test
    void oneMemberTwoEventsBehindIsLeftOut() throws Exception {
        List<Candidate> members = three();
        Assembly assembly = assemble(with(members, 1, events(members.get(1), -2)));
        assertThat(picture(assembly)).isEqualTo("m0 - m2");
        assertThat(causes(assembly)).containsExactly(Cause.STALE_MEMBERS);
    }

    @Test
    void twoMembersTwoBehindNeedForceAndTheNewestIsTaken() throws Exception {
        List<Candidate> members = with(with(three(), 1, events(three().get(1), -2)), 2, events(three().get(2), -3));
        Assembly refused = assemble(members);
        assertRefused(refused, RUN, Cause.TOO_MANY_MISSING);
        Assembly forced = Assembler.assemble(members, FORCE);
        assertThat(picture(forced)).isEqualTo("m0 m1! -");
        assertThat(causes(forced)).containsExactlyInAnyOrder(Cause.STALE_FORCED, Cause.STALE_MEMBERS);
        assertOpens(forced, FORCE);
    }

    @Test
    void oneAbsentMemberOfACleanParityArrayStartsDegraded() throws Exception {
        Assembly assembly = assemble(three().subList(1, 3));
        assertThat(assembly.listedAbsent()).containsExactly(0);
        assertThat(causes(assembly)).containsExactly(Cause.LISTED_MEMBERS_ABSENT);
        assertOpens(assembly, OpenOptions.WRITABLE);
    }

    @Test
    void dirtyAndDegradedNeedsForceToBeWritten() throws Exception {
        Assembly assembly = assemble(each(three().subList(1, 3), array -> array.withResyncOffset(0)));
        assertThat(assembly.dirty()).isTrue();
        assertRefused(assembly, RUN, Cause.DIRTY_DEGRADED);
        assertOpens(assembly, OpenOptions.READ_ONLY);
        assertOpens(assembly, FORCE_RUN);
    }

    @Test
    void dirtyAndDegradedWithPplStartsAfterReplay() throws Exception {
        Assembly assembly = assemble(Golden.candidates("raid5-ppl-unclean").subList(1, 4));
        assertThat(causes(assembly)).containsExactlyInAnyOrder(Cause.PPL, Cause.LISTED_MEMBERS_ABSENT);
        assertOpens(assembly, OpenOptions.WRITABLE);
    }

    @Test
    void dirtyWithOnlyAParityMemberUnderRebuildStarts() throws Exception {
        List<Candidate> raid4 = each(Golden.candidates("raid4-4d-16k"), array -> array.withResyncOffset(0));
        assertOpens(assemble(with(raid4, 3, recovering(raid4.get(3), 128))), OpenOptions.WRITABLE);
        assertRefused(assemble(with(raid4, 2, recovering(raid4.get(2), 128))), RUN, Cause.DIRTY_DEGRADED);
        assertRefused(assemble(raid4.subList(0, 3)), RUN, Cause.DIRTY_DEGRADED);
    }

    @Test
    void aMemberThatTakesACurrentOneForLostIsIgnoredUnlessForced() throws Exception {
        List<Candidate> members = three();
        Candidate dissenting = edit(members.get(2), array -> array.withRole(0, Roles.FAULTY));
        Assembly assembly = assemble(with(members, 2, dissenting));
        assertThat(picture(assembly)).isEqualTo("m0 m1 -");
        assertThat(assembly.stale().getFirst().reason()).startsWith("takes m0 for lost");
        assertThat(picture(Assembler.assemble(with(members, 2, dissenting), FORCE))).isEqualTo("m0 m1 m2");
    }

    @Test
    void anActiveMemberFiveEventsAheadWinsAndTheOthersAreKicked() throws Exception {
        List<Candidate> members = three();
        Assembly assembly = assemble(with(members, 1, events(members.get(1), 5)));
        assertThat(picture(assembly)).isEqualTo("- m1 -");
        assertRefused(assembly, RUN, Cause.TOO_MANY_MISSING);
        assertRefused(assembly, OpenOptions.READ_ONLY, Cause.TOO_MANY_MISSING);
    }

    @Test
    void raid0OfUnequalMembersWithoutLayoutIsRefused() throws Exception {
        List<Candidate> members = each(Golden.candidates("raid0-3d-unequal-orig"), array -> array.withFeatures(0));
        assertRefused(assemble(members), FORCE_READ, Cause.RAID0_WITHOUT_LAYOUT);
        Assembly missing = assemble(Golden.candidates("raid0-3d-unequal-orig").subList(0, 2));
        assertThat(causes(missing)).containsExactly(Cause.RAID0_MEMBER_MISSING);
        assertRefused(missing, FORCE_READ, Cause.RAID0_MEMBER_MISSING);
    }

    @Test
    void theStaleMemberDoesNotStandInForAnAbsentRebuild() throws Exception {
        List<Candidate> members = Golden.candidates("raid5-recovery-3d").subList(0, 3);
        Assembly assembly = assemble(members);
        assertThat(picture(assembly)).isEqualTo("m0 - m2");
        assertThat(assembly.listedAbsent()).containsExactly(3);
    }

    // ---- what md does not ask

    @Test
    void anAbsentHalfThatCouldRunAloneNeedsRun() throws Exception {
        Assembly raid1 = assemble(Golden.candidates("raid1-2d-bitmap").subList(0, 1));
        assertRefused(raid1, OpenOptions.WRITABLE, Cause.POSSIBLE_SPLIT);
        assertRefused(raid1, FORCE, Cause.POSSIBLE_SPLIT);
        assertOpens(raid1, RUN);
        assertOpens(raid1, OpenOptions.READ_ONLY);
        List<Candidate> raid10 = Golden.candidates("raid10-n2-4d-32k");
        assertRefused(assemble(List.of(raid10.get(0), raid10.get(2))), OpenOptions.WRITABLE, Cause.POSSIBLE_SPLIT);
        assertOpens(assemble(raid10.subList(0, 3)), OpenOptions.WRITABLE);
        List<Candidate> raid6 = Golden.candidates("raid6-ls-4d-64k");
        assertRefused(assemble(raid6.subList(0, 2)), OpenOptions.WRITABLE, Cause.POSSIBLE_SPLIT);
        assertOpens(assemble(raid6.subList(0, 3)), OpenOptions.WRITABLE);
        assertOpens(assemble(Golden.candidates("raid6-ls-5d-16k-bitmap").subList(0, 3)), OpenOptions.WRITABLE);
    }

    @Test
    void aStaleHalfThatIsPresentProvesThatThereIsNoSplit() throws Exception {
        List<Candidate> members = Golden.candidates("raid1-2d-bitmap");
        Assembly assembly = assemble(with(members, 1, events(members.get(1), -2)));
        assertThat(causes(assembly)).containsExactly(Cause.STALE_MEMBERS);
        assertOpens(assembly, OpenOptions.WRITABLE);
    }

    @Test
    void twoHalvesThatRanAloneAreNotMixed() throws Exception {
        List<Candidate> members = Golden.candidates("raid1-2d-bitmap");
        for (int ahead : new int[] {0, 1, 7}) {
            Candidate left = edit(members.get(0), array -> array.withRole(1, Roles.SPARE));
            Candidate right = events(edit(members.get(1), array -> array.withRole(0, Roles.FAULTY)), ahead);
            Assembly assembly = assemble(List.of(left, right));
            assertThat(picture(assembly)).as("ahead=" + ahead).isEqualTo(ahead == 0 ? "m0 -" : "- m1");
            assertThat(causes(assembly)).containsExactly(Cause.SPLIT);
            assertRefused(assembly, RUN, Cause.SPLIT);
            assertOpens(assembly, OpenOptions.READ_ONLY);
        }
    }

    @Test
    void anOldMemberWhoseRolesWereTakenOverSinceIsNoSplit() throws Exception {
        List<Candidate> members = Golden.candidates("raid1-2d-bitmap");
        Candidate old = events(members.get(0), -2);
        List<Candidate> now = new ArrayList<>(List.of(old));
        for (int role = 0; role < 2; role++) {
            int number = 2 + role;
            Superblock superblock = members.get(role).superblock();
            ArrayFields array = superblock.array().withRole(0, Roles.SPARE).withRole(1, Roles.SPARE).withRole(2, 0)
                    .withRole(3, 1);
            now.add(new Candidate("new" + role,
                    superblock.withArray(array).withMember(superblock.member().withDevNumber(number)), 16384));
        }
        Assembly assembly = assemble(now);
        assertThat(causes(assembly)).containsExactly(Cause.STALE_MEMBERS);
        assertThat(assembly.degraded()).isZero();
    }

    @Test
    void aSpareThatMissedItsActivationIsRebuiltFromTheBeginning() throws Exception {
        List<Candidate> members = Golden.candidates("raid5-spare-3d");
        List<Candidate> interrupted = new ArrayList<>(each(members.subList(0, 2),
                array -> array.withRole(4, Roles.FAULTY).withRole(3, 2).withEvents(array.events() + 1)));
        interrupted.add(members.get(2));
        interrupted.add(members.get(3));
        Assembly assembly = assemble(interrupted);
        assertThat(picture(assembly)).isEqualTo("m0 m1 m3*");
        assertThat(assembly.slots().get(2).recoveryOffset()).isZero();
        assertThat(assembly.slots().get(2).memberFields().features()).isEqualTo(Features.RECOVERY_OFFSET);
        assertThat(assembly.stale()).extracting(Rejected::reason).containsExactly("is recorded as faulty");
    }

    @Test
    void aCrashWhileARoleIsGivenAwayRejectsNobody() throws Exception {
        List<Candidate> members = Golden.candidates("raid5-recovery-3d");
        Candidate before = events(edit(members.get(2), array -> array.withRole(3, Roles.SPARE)), -1);
        Assembly assembly = assemble(List.of(members.get(0), before, members.get(3)));
        assertThat(picture(assembly)).isEqualTo("m0 m3* m2");
        assertThat(causes(assembly)).isEmpty();
    }

    @Test
    void aReplacementWhoseOriginalIsGoneTakesItsRole() throws Exception {
        List<Candidate> members = Golden.candidates("raid5-replace-3d").subList(1, 4);
        Assembly assembly = assemble(members);
        assertThat(picture(assembly)).isEqualTo("m3* m1 m2");
        assertThat(assembly.replacements()).isEmpty();
        Candidate done = members.get(2);
        Candidate complete = new Candidate("m3", done.superblock().withMember(
                done.superblock().member().withRecovery(Features.REPLACEMENT, 0)), 16384);
        Assembly taken = assemble(with(members, 2, complete));
        assertThat(picture(taken)).isEqualTo("m3 m1 m2");
        assertThat(taken.slots().get(0).memberFields().features()).isZero();
    }

    @Test
    void aRebuildByABitmapThatIsGoneStartsAgain() throws Exception {
        List<Candidate> members = Golden.candidates("raid5-ls-4d-4k-bitmap");
        Candidate readded = recovery(members.get(1), Features.RECOVERY_OFFSET | Features.RECOVERY_BITMAP, 64);
        Slot guided = assemble(with(members, 1, readded)).slots().get(1);
        assertThat(guided.recovering()).isTrue();
        assertThat(guided.bitmapGuided()).isTrue();
        assertThat(guided.recoveryOffset()).isZero();
        Assembly without = assemble(each(with(members, 1, readded), array -> array.withFeatures(0)));
        assertThat(without.slots().get(1).bitmapGuided()).isFalse();
        assertThat(causes(without)).containsExactly(Cause.REBUILD_WITHOUT_BITMAP);
        assertOpens(without, OpenOptions.WRITABLE);
    }

    @Test
    void recoveryOffsetsBeyondTheComponentAreNotBelieved() throws Exception {
        List<Candidate> members = three();
        for (long offset : new long[] {members.get(0).superblock().array().sizeSectors() + 1, -1, Long.MIN_VALUE}) {
            Slot slot = assemble(with(members, 1, recovering(members.get(1), offset))).slots().get(1);
            assertThat(slot.recoveryOffset()).isZero();
            assertThat(slot.memberFields().recoveryOffset()).isZero();
        }
        Slot good = assemble(with(members, 1, recovering(members.get(1), 128))).slots().get(1);
        assertThat(good.memberFields()).isEqualTo(recovering(members.get(1), 128).superblock().member());
    }

    @Test
    void membersOfTwoArraysAreRefusedByName() throws Exception {
        List<Candidate> mixed = new ArrayList<>(three());
        mixed.addAll(Golden.candidates("raid1-3d"));
        assertThatExceptionOfType(SuperblockException.class).isThrownBy(() -> assemble(mixed))
                .withMessageContaining("belong to different arrays: m0, m1, m2 to ")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Cause.DIFFERENT_SETS));
    }

    @Test
    void aCopiedImageIsRefused() throws Exception {
        List<Candidate> members = new ArrayList<>(three());
        members.add(new Candidate("copy", members.get(1).superblock(), 16384));
        assertThatExceptionOfType(SuperblockException.class).isThrownBy(() -> assemble(members))
                .withMessageContaining("copy and m1 both claim role 1")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Cause.DUPLICATE_ROLE));
        members.set(3, events(members.get(3), -1));
        assertThat(picture(assemble(members))).isEqualTo("m0 m1 m2");
    }

    @Test
    void sparesAloneLeadNothing() throws Exception {
        assertThatExceptionOfType(SuperblockException.class)
                .isThrownBy(() -> assemble(Golden.candidates("raid5-spare-3d").subList(3, 4)))
                .withMessage("none of [m3 (spare)] has a role in the array");
    }

    @Test
    void currentMembersOfAnotherShapeAreRefusedAndStaleOnesOnlyLeftOut() throws Exception {
        List<Candidate> members = three();
        Candidate grown = edit(members.get(1), array -> new ArrayFields(array.setUuid(), array.name(), array.ctime(),
                array.level(), array.layout(), array.sizeSectors(), array.chunkSectors(), 4, 0, 0, array.utime(),
                array.events(), array.resyncOffset(), array.roles()));
        assertThatExceptionOfType(SuperblockException.class).isThrownBy(() -> assemble(with(members, 1, grown)))
                .withMessageContaining("number of disks 4 against 3");
        assertThat(causes(assemble(with(members, 1, events(grown, -2))))).containsExactly(Cause.STALE_MEMBERS);
    }

    @Test
    void featuresThatExcludeEachOtherAreNamed() throws Exception {
        assertFeature("raid5-ls-4d-4k-bitmap", Features.JOURNAL, Cause.ASHLAR_FENCE);
        assertFeature("raid0-2d-64k", Features.JOURNAL, Cause.ASHLAR_FENCE);
        assertFeature("raid5-ls-4d-4k-bitmap", Features.PPL, Cause.PPL_CONTRADICTION);
        assertFeature("raid5-ppl-4d-16k", Features.PPL, Cause.PPL_CONTRADICTION);
        assertFeature("raid6-ls-4d-64k", Features.PPL, Cause.PPL_CONTRADICTION);
        assertFeature("raid1-3d", Features.CLUSTERED, Cause.CLUSTERED);
        assertFeature("raid1-3d", Features.RESHAPE_ACTIVE, Cause.RAID1_RESHAPE);
    }

    @Test
    void shapesThatAreNotServedAreNamed() throws Exception {
        assertShape("raid5-la-4d-16k", 7, 32, 4, Cause.UNSUPPORTED_LAYOUT);
        assertShape("raid5-la-4d-16k", 0, 33, 4, Cause.CHUNK_RANGE);
        assertShape("raid5-la-4d-16k", 0, 4, 4, Cause.CHUNK_RANGE);
        assertShape("raid5-la-4d-16k", 0, 1 << 18, 4, Cause.CHUNK_RANGE);
        assertShape("raid5-la-4d-16k", 0, -32, 4, Cause.CHUNK_RANGE);
        assertShape("raid5-la-4d-16k", 0, 1024, 4, Cause.SIZE_RANGE);
        assertShape("raid5-la-4d-16k", 0, 32, 40, Cause.DISKS_RANGE);
        assertShape("raid6-ls-4d-64k", 6, 128, 4, Cause.UNSUPPORTED_LAYOUT);
        assertShape("raid10-n2-4d-32k", 0x20102, 64, 4, Cause.RAID10_FAR_SETS);
        assertShape("raid10-n2-4d-32k", 0x101, 64, 4, Cause.UNSUPPORTED_LAYOUT);
        assertShape("raid10-n2-4d-32k", 0x302, 64, 4, Cause.UNSUPPORTED_LAYOUT);
    }

    // ---- helpers

    private static List<Candidate> three() throws Exception {
        List<Candidate> members = Golden.candidates("raid5-ls-3d-64k");
        assertThat(members).hasSize(3);
        return members;
    }

    private static Assembly assemble(List<Candidate> candidates) throws SuperblockException {
        return Assembler.assemble(candidates, OpenOptions.WRITABLE);
    }

    private static Assembly assertGolden(String name, String slots, String spares, String stale, Cause... causes)
            throws Exception {
        Assembly assembly = assemble(Golden.candidates(name));
        assertThat(picture(assembly)).as(name).isEqualTo(slots);
        assertThat(assembly.spares().stream().map(Candidate::name).collect(Collectors.joining(" "))).isEqualTo(spares);
        assertThat(assembly.stale().stream().map(member -> member.candidate().name()).sorted()
                .collect(Collectors.joining(" "))).isEqualTo(stale);
        assertThat(causes(assembly)).containsExactly(causes);
        assertThat(assembly.listedAbsent()).isEmpty();
        return assembly;
    }

    /** The holders in role order: "-" nobody, "*" recovering, "!" forced. */
    private static String picture(Assembly assembly) {
        return assembly.slots().stream()
                .map(slot -> slot.candidate() == null
                        ? "-"
                        : slot.candidate().name() + (slot.recovering() ? "*" : "") + (slot.forced() ? "!" : ""))
                .collect(Collectors.joining(" "));
    }

    private static List<Cause> causes(Assembly assembly) {
        return assembly.obstacles().stream().map(Obstacle::cause).toList();
    }

    private static void assertOpens(Assembly assembly, OpenOptions options) {
        assertThatCode(() -> assembly.requireOpenable(options)).doesNotThrowAnyException();
    }

    private static void assertRefused(Assembly assembly, OpenOptions options, Cause cause) {
        assertThatExceptionOfType(ArrayRefusedException.class).isThrownBy(() -> assembly.requireOpenable(options))
                .withMessageStartingWith("array any:")
                .satisfies(e -> assertThat(((SuperblockException) e).reason()).isEqualTo(cause));
    }

    private static void assertFeature(String array, int feature, Cause cause) throws Exception {
        Assembly assembly = assemble(each(Golden.candidates(array),
                fields -> fields.withFeatures(fields.features() | feature)));
        assertThat(causes(assembly)).as(array).containsExactly(cause);
        assertRefused(assembly, FORCE_RUN, cause);
    }

    private static void assertShape(String array, int layout, int chunk, int disks, Cause cause) throws Exception {
        Assembly assembly = assemble(each(Golden.candidates(array), fields -> new ArrayFields(fields.setUuid(),
                fields.name(), fields.ctime(), fields.level(), layout, fields.sizeSectors(), chunk, disks, 0, 0,
                fields.utime(), fields.events(), fields.resyncOffset(), fields.roles())));
        assertThat(causes(assembly)).as(array).containsExactly(cause);
        assertRefused(assembly, FORCE_RUN, cause);
        assertRefused(assembly, FORCE_READ, cause);
    }

    private static List<Candidate> each(List<Candidate> candidates, UnaryOperator<ArrayFields> change) {
        return candidates.stream().map(candidate -> edit(candidate, change)).toList();
    }

    private static Candidate edit(Candidate candidate, UnaryOperator<ArrayFields> change) {
        Superblock superblock = candidate.superblock();
        return new Candidate(candidate.name(), superblock.withArray(change.apply(superblock.array())), 16384);
    }

    private static Candidate events(Candidate candidate, int difference) {
        return edit(candidate, array -> array.withEvents(array.events() + difference));
    }

    private static Candidate recovering(Candidate candidate, long sectors) {
        return recovery(candidate, Features.RECOVERY_OFFSET, sectors);
    }

    private static Candidate recovery(Candidate candidate, int features, long sectors) {
        Superblock superblock = candidate.superblock();
        return new Candidate(candidate.name(),
                superblock.withMember(superblock.member().withRecovery(features, sectors)), 16384);
    }

    private static List<Candidate> with(List<Candidate> candidates, int index, Candidate replacement) {
        List<Candidate> changed = new ArrayList<>(candidates);
        changed.set(index, replacement);
        return changed;
    }
}
