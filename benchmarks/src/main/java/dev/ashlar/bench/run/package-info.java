/**
 * Measures single points on request, so that a script can choose their order and compare what was measured side by
 * side.
 */
package dev.ashlar.bench.run;
