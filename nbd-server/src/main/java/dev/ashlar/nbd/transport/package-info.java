/** A connection's bytes: plain sockets today, and the place where an encrypted one fits in. */
package dev.ashlar.nbd.transport;
