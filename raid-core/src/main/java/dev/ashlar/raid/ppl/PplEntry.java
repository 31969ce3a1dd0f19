package dev.ashlar.raid.ppl;

/**
 * One logged write: consecutive 4 KiB rows within one chunk row of the array, all touching the same neighbouring data
 * chunks.
 *
 * @param dataSector the first array sector of the modified data
 * @param ppBytes bytes of partial parity, the XOR of the chunks that are not modified; 0 when all of them are
 * @param dataBytes bytes of modified data, over all modified chunks
 * @param parityDisk the role of the rows' parity, which is the role of the member the log is on
 * @param checksum CRC-32C of the partial parity
 */
public record PplEntry(long dataSector, long ppBytes, long dataBytes, int parityDisk, int checksum) {}
