/**
 * The command {@code ashlar}: mdadm's verbs, one class each, and the daemon behind {@code serve}.
 *
 * <p>Start at {@link dev.ashlar.cli.Main}. A verb finds its array with {@link dev.ashlar.cli.members}, acts on a served
 * one through {@link dev.ashlar.cli.control} and on a stopped one directly, and prints with {@link dev.ashlar.cli.show}
 * or {@link dev.ashlar.cli.json}. Nothing that a user of the libraries would miss lives here.
 */
package dev.ashlar.cli;
