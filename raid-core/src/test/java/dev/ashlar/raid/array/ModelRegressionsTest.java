package dev.ashlar.raid.array;

import dev.ashlar.raid.RaidLevel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sequences by which {@link ModelProps} has found faults, shrunk. */
class ModelRegressionsTest {
    private static void live(RaidLevel level, long shapeSeed, ModelPlan.Step... steps) {
        try (ModelLog _ = new ModelLog()) {
            ModelRun.live(new ModelPlan(level, shapeSeed, List.of(steps)), new ModelCounts(), (_, device) -> device);
        }
    }

    private static ModelPlan.Step step(ModelPlan.Event event, int seed) {
        return new ModelPlan.Step(event, seed);
    }

    /** A process that is killed leaves its writes in the system's cache; a clean stop of the next one must flush them. */
    @Test
    void aStopFlushesWhatAProcessThatWasKilledHadWritten() {
        live(RaidLevel.RAID4, 1, step(ModelPlan.Event.WRITE, 0), step(ModelPlan.Event.FLUSH_FAILS, -1),
                step(ModelPlan.Event.KILL, -1), step(ModelPlan.Event.FAIL, 0));
    }
}
