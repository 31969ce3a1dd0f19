package dev.ashlar.cli.members;

import dev.ashlar.raid.superblock.Superblock;
import java.nio.file.Path;

/**
 * A file or device that carries an md superblock.
 *
 * @param path absolute
 * @param superblock what it carries
 * @param deviceSectors its size
 */
public record FoundMember(Path path, Superblock superblock, long deviceSectors) {}
