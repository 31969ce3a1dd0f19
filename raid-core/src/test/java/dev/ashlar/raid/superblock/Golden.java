package dev.ashlar.raid.superblock;

import dev.ashlar.testing.Fixtures;
import dev.ashlar.testing.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Superblocks and candidates from the golden arrays. */
final class Golden {
    private Golden() {}

    /** The 4096 bytes at the place the manifest names, without unpacking what comes after them. */
    static MemorySegment superblockBytes(Fixtures.Member member) {
        String path = "md/" + member.array() + "/" + member.file();
        try (InputStream in = new GZIPInputStream(Golden.class.getClassLoader().getResourceAsStream(path))) {
            in.skipNBytes(member.superblock().get("super_sector").number() * 512);
            return MemorySegment.ofArray(in.readNBytes(SuperblockLayout.MAX_BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
