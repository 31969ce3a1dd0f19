/** How a command ends: its exit codes, and the one line that says why. */
package dev.ashlar.cli.result;
