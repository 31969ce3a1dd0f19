/**
 * Where bytes live. {@link dev.ashlar.block.BlockDevice} is the one noun of the system: an image file, an array, a
 * replicated volume and a fault injector are all block devices, and they stack.
 *
 * <p>Buffers are {@link java.lang.foreign.MemorySegment}s of any kind, with an offset beside them so that a hot path
 * need not slice. The world's failures are {@link dev.ashlar.block.DeviceException}s; misuse (a range outside the
 * device, a negative length) is an unchecked exception at once.
 */
package dev.ashlar.block;
