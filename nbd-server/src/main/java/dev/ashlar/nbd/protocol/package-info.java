/**
 * Numbers of the NBD protocol under the names of its text ({@code doc/proto.md} of the NBD project, "Values"), without
 * the {@code NBD_} prefix. Everything on the wire is big-endian.
 */
package dev.ashlar.nbd.protocol;
