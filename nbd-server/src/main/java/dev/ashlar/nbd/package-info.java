/**
 * The vocabulary of the NBD server: what is served, within which limits, and to whom. {@code dev.ashlar.nbd.server} is
 * what a user opens.
 */
package dev.ashlar.nbd;
