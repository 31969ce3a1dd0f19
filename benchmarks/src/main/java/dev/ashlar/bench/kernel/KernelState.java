package dev.ashlar.bench.kernel;

import dev.ashlar.bench.Figures;
import dev.ashlar.bench.Handovers;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/** What all benchmarks of kernels are parametrised by. Each thread has stripes of its own. */
@State(Scope.Thread)
public abstract class KernelState {
    /** Who computes: see {@link Coders}. */
    @Param({Coders.BEST, Coders.ISA_L, Coders.HADOOP})
    public String implementation;

    /** Bytes of a block. */
    @Param({"4096", "65536", "524288"})
    public int length;

    /** Whether the data are in the caches. */
    @Param({"CACHE", "MEMORY"})
    public Place place;

    /** Bytes left free behind each block, so that blocks do not meet in the same sets of a cache. */
    @Param("0")
    public int gap;

    /** What the process did before. */
    @Param("FRESH")
    public History history;

    Coder coder;
    private Stripes stripes;
    private int last;
    private int next;

    /** Data blocks of a stripe. */
    abstract int dataBlocks();

    /** How many of these an operation is about. */
    abstract int countedBlocks();

    /** Fills stripes with data and parity, and does the operation once, so that it settles on its kernels. */
    @Setup
    public void fillStripes(BenchmarkParams benchmark) {
        history.happen();
        stripes = new Stripes(dataBlocks(), length, gap, place);
        coder = Coders.of(implementation, stripes);
        for (int stripe = 0; stripe < stripes.count(); stripe++) {
            coder.generatePq(stripe);
        }
        String name = benchmark.getBenchmark();
        Operations.BY_NAME.get(name.substring(name.lastIndexOf('.') + 1)).accept(coder, 0);
        Handovers.await();
        last = stripes.count() - 1;
        Figures.bytesPerOperation((long) countedBlocks() * length);
    }

    @TearDown
    public void freeStripes() {
        stripes.close();
    }

    /** The number of the stripe whose turn it is. */
    final int nextStripe() {
        int stripe = next;
        next = stripe == last ? 0 : stripe + 1;
        return stripe;
    }
}
