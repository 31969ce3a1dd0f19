/** A small NBD client, for programs that use an export as others do: what URIs mean, TLS, and the basic commands. */
package dev.ashlar.nbd.client;
