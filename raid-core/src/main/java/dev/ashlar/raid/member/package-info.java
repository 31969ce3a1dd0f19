/** A device in its role: where its data begins, what it may be asked, what has gone wrong with it. */
package dev.ashlar.raid.member;
