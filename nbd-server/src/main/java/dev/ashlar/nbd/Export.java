package dev.ashlar.nbd;

import dev.ashlar.block.BlockDevice;

/**
 * A device under the name clients ask for.
 *
 * @param name UTF-8, at most 4096 bytes; "" is the default export
 * @param description one line for people, "" for none
 * @param device what is served; stays its owner's
 */
public record Export(String name, String description, BlockDevice device) {}
