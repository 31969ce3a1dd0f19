/**
 * Block devices and software RAID on the on-disk format of Linux md.
 *
 * <p>{@link dev.ashlar.block} is what everything above and below an array looks like;
 * {@link dev.ashlar.raid} is the vocabulary, and {@link dev.ashlar.raid.array} is what a user opens.
 */
module dev.ashlar.raid.core {
    requires jdk.incubator.vector;
    requires org.slf4j;

    exports dev.ashlar.block;
    exports dev.ashlar.raid;
    exports dev.ashlar.raid.array;
    exports dev.ashlar.raid.parity;
}
