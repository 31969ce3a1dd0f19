/**
 * Benchmarks, by what they measure: {@link dev.ashlar.bench.kernel} parity beside its peers,
 * {@link dev.ashlar.bench.limit} what the machine can do at most, {@link dev.ashlar.bench.small} everything that is
 * short, and {@link dev.ashlar.bench.array} arrays beside the same calls without one. {@link dev.ashlar.bench.run}
 * measures single points of them for {@code ./ashlar bench}, which interleaves them and compares.
 *
 * <p>Each is a plain JMH benchmark too: {@code java -jar benchmarks/target/benchmarks.jar Kernel -prof
 * dev.ashlar.bench.Figures}.
 */
package dev.ashlar.bench;
