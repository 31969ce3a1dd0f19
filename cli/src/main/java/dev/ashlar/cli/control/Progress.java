package dev.ashlar.cli.control;

import dev.ashlar.raid.ArrayStatus;

/**
 * How far an array is with what it does by itself.
 *
 * @param status the array, not older than what {@code idle} says
 * @param idle whether no background pass runs or is due
 */
public record Progress(ArrayStatus status, boolean idle) {}
