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

    private static final int DEFAULT_PREFERRED = 4096;
    private static final int LEAST_PREFERRED = 512;
    private static final int MOST_PREFERRED = 32 << 20;

    /**
     * The constraints for a device with this optimal size of requests. The protocol wants a power of two, which a full
     * stripe often is not; such devices prefer a page.
     */
    public static BlockSizes forDevice(int optimalIoBytes) {
        boolean usable = Integer.bitCount(optimalIoBytes) == 1
                && optimalIoBytes >= LEAST_PREFERRED
                && optimalIoBytes <= MOST_PREFERRED;
        return new BlockSizes(1, usable ? optimalIoBytes : DEFAULT_PREFERRED, ServerLimits.MAX_REQUEST_BYTES);
    }
}
