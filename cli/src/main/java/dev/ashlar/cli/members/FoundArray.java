package dev.ashlar.cli.members;

import dev.ashlar.raid.superblock.Superblock;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Members of one set UUID that were found together.
 *
 * @param uuid the set UUID
 * @param members not empty
 */
public record FoundArray(UUID uuid, List<FoundMember> members) {
    /** Copies the list. */
    public FoundArray {
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("no members: uuid=" + uuid);
        }
    }

    /** Sorts members into arrays, in the order of their first members. */
    public static List<FoundArray> group(List<FoundMember> members) {
        Map<UUID, List<FoundMember>> sets = members.stream()
                .collect(Collectors.groupingBy(
                        member -> member.superblock().array().setUuid(), LinkedHashMap::new, Collectors.toList()));
        return sets.entrySet().stream().map(set -> new FoundArray(set.getKey(), set.getValue())).toList();
    }

    /** The set name by the member that was written last. */
    public String name() {
        return newest().array().name();
    }

    /** The superblock with the most events. */
    public Superblock newest() {
        return members.stream()
                .map(FoundMember::superblock)
                .max(Comparator.comparingLong(superblock -> superblock.array().events()))
                .orElseThrow();
    }

    /** The members' paths. */
    public List<Path> paths() {
        return members.stream().map(FoundMember::path).toList();
    }
}
