/**
 * From what a user types to an array: a name or a path is looked up among the served arrays first, then among the
 * members lying in a directory.
 */
package dev.ashlar.cli.members;
