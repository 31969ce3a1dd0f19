/** Rate limits: how fast clients may go, and in which order those go on that have to wait. */
package dev.ashlar.nbd.throttle;
