package dev.ashlar.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Collection;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * A profiler of JMH's that tells what can be compared across benchmarks and machines. {@code -prof
 * dev.ashlar.bench.Figures}.
 *
 * <ul>
 *   <li>{@code rate}: 10^9 bytes per second by the clock, of the bytes that the benchmark says one operation is about;
 *   <li>{@code bytes}: those bytes;
 *   <li>{@code cpu}: processor time per operation of the threads that call the benchmark, in microseconds, the one
 *       figure that means something on a machine that others use too;
 *   <li>{@code allocated}: bytes per operation that all Java threads have allocated, but the one that measures and the
 *       one that chooses kernels; what JMH needs for an iteration is among them, some kilobytes;
 *   <li>{@code process}: the processor time of the whole process, compilers and collector included, which arrays need
 *       because they have threads of their own.
 * </ul>
 *
 * <p>Benchmarks measure operations per second or seconds per operation; other units are refused.
 */
public class Figures implements InternalProfiler {
    /** What JMH calls the threads that call benchmarks. */
    private static final String WORKERS = "-jmh-worker-";

    private static volatile long bytesPerOperation;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private long threadsBefore;
    private long allocatedBefore;
    private long processBefore;

    /** How many bytes one operation of the running benchmark is about; said in its set-up. */
    public static void bytesPerOperation(long bytes) {
        bytesPerOperation = bytes;
    }

    @Override
    public String getDescription() {
        return "Bandwidth and processor time per operation";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        allocatedBefore = allocatedBytes();
        threadsBefore = threadNanos();
        processBefore = system.getProcessCpuTime();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        if (result.getRawPrimaryResults().isEmpty()) {
            return List.of(); // The benchmark has failed, and says so itself.
        }
        double process = system.getProcessCpuTime() - processBefore;
        double cpu = threadNanos() - threadsBefore;
        double allocated = allocatedBytes() - allocatedBefore;
        long operations = Math.max(1, result.getMetadata().getAllOps());
        long bytes = bytesPerOperation;
        double rate = bytes * operationsPerSecond(result.getPrimaryResult()) / 1e9;
        return List.of(
                new ScalarResult("rate", rate, "GB/s", AggregationPolicy.AVG),
                new ScalarResult("bytes", bytes, "B/op", AggregationPolicy.AVG),
                new ScalarResult("allocated", allocated / operations, "B/op", AggregationPolicy.AVG),
                new ScalarResult("cpu", cpu / 1e3 / operations, "us/op", AggregationPolicy.AVG),
                new ScalarResult("process", process / 1e3 / operations, "us/op", AggregationPolicy.AVG));
    }

    private static double operationsPerSecond(Result<?> primary) {
        return switch (primary.getScoreUnit()) {
            case "ops/s" -> primary.getScore();
            case "s/op" -> 1 / primary.getScore();
            default -> throw new IllegalStateException("unit=" + primary.getScoreUnit() + " is neither ops/s nor s/op");
        };
    }

    private long threadNanos() {
        return sum(thread -> thread.getThreadName().contains(WORKERS), threads::getThreadCpuTime);
    }

    private long allocatedBytes() {
        long own = Thread.currentThread().threadId();
        return sum(thread -> thread.getThreadId() != own && !Handovers.handsOver(thread.getThreadName()),
                threads::getThreadAllocatedBytes);
    }

    private long sum(Predicate<ThreadInfo> which, LongUnaryOperator figure) {
        long sum = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && which.test(thread)) {
                sum += Math.max(0, figure.applyAsLong(thread.getThreadId()));
            }
        }
        return sum;
    }
}
