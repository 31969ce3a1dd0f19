/**
 * The md superblock, version 1.0, 1.1 and 1.2, and everything that is decided from superblocks alone.
 *
 * <p>{@link dev.ashlar.raid.superblock.Superblock} is the codec, {@link dev.ashlar.raid.superblock.SuperblockIo} finds
 * it on a device. {@link dev.ashlar.raid.superblock.Assembler} decides which members make up an array and what stands
 * in the way of opening it; {@link dev.ashlar.raid.superblock.CreatePlan} lays out a new one; both are pure.
 * {@link dev.ashlar.raid.superblock.AshlarHeader} describes the areas between md's metadata and the data that only
 * Ashlar uses.
 *
 * <p>A sector is always 512 bytes, every number on disk is little-endian, and the unsigned 64-bit value 2^64-1 is
 * written {@code -1L}.
 */
package dev.ashlar.raid.superblock;
