/**
 * Requests and background passes of arrays over images, and beside each the same calls without an array: positional
 * writes of the same bytes, the same reads and writes without parity, a mapped file.
 *
 * <p>Images lie where the parameter {@code folder} says, in memory by default. On a disk they are buffered by the
 * kernel, as members always are, so what is written there shows what the kernel's writing back leaves of the speed.
 */
package dev.ashlar.bench.array;
