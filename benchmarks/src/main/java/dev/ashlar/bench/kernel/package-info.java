/**
 * Parity of stripes in memory, by every implementation of ours and by those of others, on the same memory.
 *
 * <p>{@link dev.ashlar.bench.kernel.Coder} is what an implementation looks like here;
 * {@link dev.ashlar.bench.kernel.Coders} has them by name.
 */
package dev.ashlar.bench.kernel;
