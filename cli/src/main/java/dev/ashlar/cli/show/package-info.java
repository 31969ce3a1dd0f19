/** How arrays look to people and to scripts: sizes, tables, progress bars and JSON. Pure but for the terminal. */
package dev.ashlar.cli.show;
