package dev.ashlar.bench.kernel;

/** Where a kernel finds its data. */
public enum Place {
    /** One stripe that is used again and again: in the caches as far as it fits. */
    CACHE,
    /** As many stripes in turn as fill {@link Stripes#MEMORY_BYTES}, more than any cache holds. */
    MEMORY
}
