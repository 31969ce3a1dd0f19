/** The vocabulary of the NBD server. */
package dev.ashlar.nbd;
