/** What is served: exports that come and go while clients use them. */
package dev.ashlar.nbd.export;
