/** What a server tells about itself to monitoring, and in which form. */
package dev.ashlar.nbd.metrics;
