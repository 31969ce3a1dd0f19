/** How an array is exported: what flags, TOML and JSON say of it alike. */
package dev.ashlar.cli.export;
