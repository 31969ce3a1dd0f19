/** The little JSON that the command needs: plain maps, lists, strings and numbers, written and read within bounds. */
package dev.ashlar.cli.json;
