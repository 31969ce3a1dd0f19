/** The vocabulary of software RAID, in md's words: levels, states, actions, specifications and status. No behaviour. */
package dev.ashlar.raid;
