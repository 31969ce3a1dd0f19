/**
 * How a verb reaches the daemon that serves an array: a private file names a loopback port and a token, and HTTP with
 * JSON does the rest.
 *
 * <p>{@link dev.ashlar.cli.control.RunDirectory} keeps the files, {@link dev.ashlar.cli.control.ControlServer} answers
 * for a daemon, {@link dev.ashlar.cli.control.ControlClient} asks. Status is answered from memory.
 */
package dev.ashlar.cli.control;
