/**
 * Background passes over an array: resync, recover, check and repair. A pass is a position and a {@code step}; who calls
 * it, how often, and what is written into superblocks meanwhile, the array decides.
 */
package dev.ashlar.raid.sync;
