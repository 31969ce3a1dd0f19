package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;

/**
 * A device offered to an array.
 *
 * @param name how users know it, a path as a rule
 * @param device what holds its bytes; the array that takes it closes it
 */
public record MemberDevice(String name, BlockDevice device) {}
