/** What the machine can do at most: the bounds that figures of the other packages are to be read beside. */
package dev.ashlar.bench.limit;
