package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.member.BadBlocks;
import dev.ashlar.raid.superblock.Features;
import dev.ashlar.raid.superblock.MemberFields;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A member's bad-block log as it is found, or as it is begun. */
final class MemberBadBlocks {
    private MemberBadBlocks() {}

    static BadBlocks read(BlockDevice device, String name, MemberFields own) throws IOException {
        if (!own.has(Features.BAD_BLOCKS)) {
            // Only the feature bit says that the log's sectors hold anything.
            return empty(own);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment log = arena.allocate(own.badBlockSectors() * 512L, 8);
            device.read((own.superOffset() + own.badBlockOffset()) * 512, log, 0, log.byteSize());
            return BadBlocks.decode(log, 0, own.badBlockSectors(), own.badBlockShift());
        } catch (BadBlocks.MalformedLogException e) {
            throw new ArrayRefusedException(name + ": " + e.getMessage());
        }
    }

    /** A log without a place, or in units that none can have, holds nothing. */
    private static BadBlocks empty(MemberFields own) {
        return own.hasBadBlockLog() && BadBlocks.isShift(own.badBlockShift())
                ? BadBlocks.empty(own.badBlockSectors(), own.badBlockShift()) : BadBlocks.empty(0, 0);
    }

    /** Writes an empty log. */
    static BadBlocks fresh(BlockDevice device, MemberFields own) throws IOException {
        BadBlocks empty = empty(own);
        if (own.hasBadBlockLog()) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment log = arena.allocate(own.badBlockSectors() * 512L, 8);
                empty.encode(log, 0);
                device.write((own.superOffset() + own.badBlockOffset()) * 512, log, 0, log.byteSize(), false);
            }
        }
        return empty;
    }
}
