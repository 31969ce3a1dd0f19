package dev.ashlar.raid.array;

import dev.ashlar.raid.RaidLevel;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Arrays of every level live random lives beside a byte array, and never answer anything else.
 *
 * <p>{@code -Dashlar.model.sequences=200000} for a long run. A sequence that failed is printed whole; its seed can be
 * set as {@code @Property(seed)}.
 */
class ModelProps {
    private static final int SEQUENCES = Integer.getInteger("ashlar.model.sequences", 2000);
    private static final ModelCounts COUNTS = new ModelCounts();

    @Property(edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED,
            afterFailure = AfterFailureMode.RANDOM_SEED)
    @AddLifecycleHook(Sequences.class)
    void anArrayNeverAnswersAnythingButWhatWasWritten(@ForAll("plans") ModelPlan plan) {
        ModelRun.live(plan, COUNTS, (_, device) -> device);
    }

    @Provide
    Arbitrary<ModelPlan> plans() {
        Arbitrary<ModelPlan.Step> steps = Combinators.combine(
                Arbitraries.integers().between(0, ModelPlan.Event.weights() - 1)
                        .withDistribution(RandomDistribution.uniform()).map(ModelPlan.Event::at),
                Arbitraries.integers().withDistribution(RandomDistribution.uniform())).as(ModelPlan.Step::new);
        return Combinators.combine(
                Arbitraries.of(RaidLevel.class),
                Arbitraries.longs().withDistribution(RandomDistribution.uniform()),
                steps.list().ofMinSize(1).ofMaxSize(60).withSizeDistribution(RandomDistribution.uniform()))
                .as(ModelPlan::new);
    }

    /** Takes the number of sequences from outside, keeps the log quiet, and prints and judges the counts. */
    static final class Sequences implements AroundPropertyHook {
        @Override
        public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
            context.attributes().setTries(SEQUENCES);
            PropertyExecutionResult result;
            long start = System.nanoTime();
            try (ModelLog _ = new ModelLog()) {
                result = property.execute();
            }
            long seconds = (System.nanoTime() - start) / 1_000_000_000;
            System.out.printf("%d sequences in %d s%n%s%n", SEQUENCES, seconds, COUNTS);
            boolean passed = result.status() == PropertyExecutionResult.Status.SUCCESSFUL;
            return passed && !COUNTS.missing().isEmpty()
                    ? result.mapToFailed("never happened: " + COUNTS.missing()) : result;
        }
    }
}
