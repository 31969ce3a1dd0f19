/**
 * Fixed newstyle negotiation ("Fixed newstyle negotiation" and "Option types" of the protocol text): one handler per
 * option, each between a request that has been received whole and replies that are sent at once.
 */
package dev.ashlar.nbd.handshake;
