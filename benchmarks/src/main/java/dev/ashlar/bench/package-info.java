/** JMH benchmarks of the kernels and the array. */
package dev.ashlar.bench;
