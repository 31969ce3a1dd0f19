package dev.ashlar.cli.members;

import dev.ashlar.raid.superblock.Candidate;
import dev.ashlar.raid.superblock.JournalContent;
import dev.ashlar.raid.superblock.Superblock;
import java.nio.file.Path;

/**
 * A file or device that carries an md superblock.
 *
 * @param path absolute
 * @param superblock what it carries
 * @param deviceSectors its size
 * @param journal on a journal member: what its log holds
 */
public record FoundMember(Path path, Superblock superblock, long deviceSectors, JournalContent journal) {
    /** The member as assembly looks at it. */
    public Candidate candidate() {
        return new Candidate(path.toString(), superblock, deviceSectors, journal);
    }
}
