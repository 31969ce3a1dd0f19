/** The daemon: what it shall serve, from flags or a TOML file, and the serving itself. */
package dev.ashlar.cli.serve;
