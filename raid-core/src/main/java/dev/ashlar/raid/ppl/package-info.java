/**
 * md's partial parity log of RAID 5: read ({@link dev.ashlar.raid.ppl.PplLog}) and replayed
 * ({@link dev.ashlar.raid.ppl.PplReplay}) when a dirty array is opened. Ashlar does not write entries of its own.
 */
package dev.ashlar.raid.ppl;
