/** The main job as one command: a RAID 6 over images, served, written, broken, rebuilt and compared. */
package dev.ashlar.cli.demo;
