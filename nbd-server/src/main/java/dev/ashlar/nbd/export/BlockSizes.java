package dev.ashlar.nbd.export;

import dev.ashlar.nbd.ServerLimits;

/**
 * The block size constraints of an export, in bytes (INFO_BLOCK_SIZE). Any alignment is served, hence a minimum of 1.
 *
 * @param minimum requests are multiples of this
 * @param preferred requests that are multiples of this are served best: a power of two, at least 512
 * @param maximum the largest payload of a request
 */
public record BlockSizes(int minimum, int preferred, int maximum) {
    /**
     * What every export says. A full stripe would be a better preference, but clients take it for the block size of a disk,
     * which may not be larger than a page.
     */
    public static final BlockSizes SERVED = new BlockSizes(1, 4096, ServerLimits.MAX_REQUEST_BYTES);
}
