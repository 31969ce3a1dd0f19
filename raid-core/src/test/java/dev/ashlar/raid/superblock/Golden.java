package dev.ashlar.raid.superblock;

import dev.ashlar.testing.Fixtures;
import dev.ashlar.testing.Json;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Superblocks and candidates from the golden arrays. */
final class Golden {
    private Golden() {}

    /** The 4096 bytes at the place the manifest names. */
    static MemorySegment superblockBytes(Fixtures.Member member) {
        long sector = member.superblock().get("super_sector").number();
        return MemorySegment.ofArray(member.image()).asSlice(sector * 512, SuperblockLayout.MAX_BYTES);
    }

    static int minorVersion(Fixtures.Array array) {
        return array.manifest().get("metadata").text().charAt(2) - '0';
    }

    static long deviceSectors(Fixtures.Member member) {
        return member.json().get("bytes").number() / 512;
    }

    static Superblock superblock(Fixtures.Array array, Fixtures.Member member) throws SuperblockException {
        return Superblock.decode(superblockBytes(member), 0, minorVersion(array), deviceSectors(member));
    }

    /** Superblock of member {@code index} in the order of the create command. */
    static Superblock superblock(String array, int index) throws SuperblockException {
        Fixtures.Array golden = Fixtures.array(array);
        return superblock(golden, golden.members().get(index));
    }

    static List<Candidate> candidates(String array) throws SuperblockException {
        return candidates(Fixtures.array(array));
    }

    static List<Candidate> candidates(Fixtures.Array array) throws SuperblockException {
        List<Candidate> candidates = new ArrayList<>();
        for (Fixtures.Member member : array.members()) {
            candidates.add(new Candidate(member.file().replace(".img.gz", ""), superblock(array, member),
                    deviceSectors(member)));
        }
        return candidates;
    }

    static int role(Json role) {
        if (!role.isText()) {
            return role.integer();
        }
        return switch (role.text()) {
            case "journal" -> Roles.JOURNAL;
            case "faulty" -> Roles.FAULTY;
            default -> Roles.SPARE;
        };
    }
}
