/** What a user opens: {@link dev.ashlar.raid.array.RaidArray}. */
package dev.ashlar.raid.array;
