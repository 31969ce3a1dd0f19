/** What is short and done for every request: checksums, where bytes lie, the bitmap, superblocks. */
package dev.ashlar.bench.small;
