/** The command {@code ashlar}. */
package dev.ashlar.cli;
