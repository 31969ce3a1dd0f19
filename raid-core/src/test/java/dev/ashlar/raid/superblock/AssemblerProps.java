package dev.ashlar.raid.superblock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.raid.OpenOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Members of one array, bent at random: what must hold whatever they say. */
class AssemblerProps {
    private static final List<List<Candidate>> GOLDEN = golden("raid0-3d-unequal-alt", "raid1-recovery-2d",
            "raid5-recovery-3d", "raid5-replace-3d", "raid5-journal-3d", "raid6-degraded2-6d", "raid10-degraded-n2",
            "raid5-ppl-unclean", "raid1-3d", "raid10-o2-4d-16k");

    private static List<List<Candidate>> golden(String... names) {
        return Stream.of(names).map(name -> {
            try {
                return Golden.candidates(name);
            } catch (SuperblockException e) {
                throw new IllegalStateException(e);
            }
        }).toList();
    }

    @Property(tries = 5000)
    void everyMemberHasOnePlaceAndNothingStaleIsUsed(
            @ForAll @IntRange(min = 0, max = 9) int array, @ForAll long seed, @ForAll boolean force) {
        List<Candidate> members = bend(GOLDEN.get(array), new Random(seed));
        Assembly assembly;
        try {
            assembly = Assembler.assemble(members, new OpenOptions(false, force, false));
        } catch (SuperblockException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        List<String> placed = new ArrayList<>();
        assembly.slots().forEach(slot -> slot.holder().ifPresent(holder -> placed.add(holder.name())));
        assembly.spares().forEach(spare -> placed.add(spare.name()));
        assembly.stale().forEach(stale -> placed.add(stale.candidate().name()));
        assembly.replacements().forEach(replacement -> placed.add(replacement.name()));
        if (assembly.journal() != null) {
            placed.add(assembly.journal().name());
        }
        assertThat(placed).containsExactlyInAnyOrderElementsOf(members.stream().map(Candidate::name).toList());
        long best = assembly.best().array().events();
        for (Slot slot : assembly.slots()) {
            assertThat(slot.forced() && !force).isFalse();
            if (slot.candidate() != null && !slot.forced()) {
                assertThat(best - slot.candidate().events()).isBetween(0L, 1L);
                assertThat(slot.memberFields().has(Features.RECOVERY_OFFSET)).isEqualTo(slot.recovering());
                assertThat(slot.recoveryOffset()).isBetween(0L, assembly.best().array().sizeSectors());
                assertThat(assembly.best().array().roles().of(slot.candidate().devNumber())).isEqualTo(slot.role());
            }
        }
    }

    @Property(tries = 3000)
    void theOrderInWhichMembersAreOfferedDoesNotMatter(
            @ForAll @IntRange(min = 0, max = 9) int array, @ForAll long seed, @ForAll boolean force) {
        List<Candidate> members = bend(GOLDEN.get(array), new Random(seed));
        List<Candidate> shuffled = new ArrayList<>(members);
        Collections.shuffle(shuffled, new Random(seed + 1));
        assertThat(picture(shuffled, force)).isEqualTo(picture(members, force));
    }

    private static Map<String, Object> picture(List<Candidate> members, boolean force) {
        Map<String, Object> picture = new LinkedHashMap<>();
        try {
            Assembly assembly = Assembler.assemble(members, new OpenOptions(false, force, false));
            picture.put("slots", assembly.slots());
            picture.put("spares", sorted(assembly.spares().stream()));
            picture.put("stale", sorted(assembly.stale().stream().map(Rejected::candidate)));
            picture.put("replacements", sorted(assembly.replacements().stream()));
            picture.put("causes", assembly.obstacles().stream().map(Obstacle::cause).toList());
            picture.put("dirty", assembly.dirty());
        } catch (SuperblockException e) {
            picture.put("refused", e.reason());
        }
        return picture;
    }

    private static List<String> sorted(Stream<Candidate> candidates) {
        return candidates.map(Candidate::name).sorted().collect(Collectors.toList());
    }

    private static List<Candidate> bend(List<Candidate> members, Random random) {
        List<Candidate> bent = new ArrayList<>();
        for (Candidate member : members) {
            if (random.nextInt(8) == 0) {
                continue;
            }
            Superblock superblock = member.superblock();
            ArrayFields array = superblock.array();
            if (random.nextInt(3) == 0) {
                array = array.withEvents(array.events() + random.nextInt(7) - 3);
            }
            if (random.nextInt(4) == 0) {
                int[] roles = {0, 1, 2, Roles.SPARE, Roles.FAULTY, Roles.JOURNAL};
                array = array.withRole(random.nextInt(6), roles[random.nextInt(roles.length)]);
            }
            if (random.nextInt(6) == 0) {
                array = array.withResyncOffset(random.nextBoolean() ? 0 : ArrayFields.CLEAN);
            }
            MemberFields fields = superblock.member();
            if (random.nextInt(6) == 0) {
                int[] features = {0, Features.RECOVERY_OFFSET, Features.RECOVERY_OFFSET | Features.RECOVERY_BITMAP,
                    Features.REPLACEMENT};
                fields = fields.withRecovery(features[random.nextInt(4)], random.nextInt(100_000));
            }
            if (random.nextInt(10) == 0) {
                fields = fields.withDevNumber(random.nextInt(6));
            }
            bent.add(new Candidate(
                    member.name(), superblock.withArray(array).withMember(fields), member.deviceSectors()));
        }
        return bent.isEmpty() ? members : bent;
    }
}
