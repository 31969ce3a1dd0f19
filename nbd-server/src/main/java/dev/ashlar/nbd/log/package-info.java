/** Log lines that anybody can cause as often as he likes. */
package dev.ashlar.nbd.log;
