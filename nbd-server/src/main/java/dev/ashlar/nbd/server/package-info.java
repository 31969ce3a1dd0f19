/** What a user opens: {@link dev.ashlar.nbd.server.NbdServer}. */
package dev.ashlar.nbd.server;
