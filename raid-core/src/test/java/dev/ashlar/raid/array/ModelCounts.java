package dev.ashlar.raid.array;

import dev.ashlar.raid.RaidLevel;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** How often what happened, over all sequences of a run. */
final class ModelCounts {
    private final Map<RaidLevel, Map<ModelPlan.Event, Long>> events = new EnumMap<>(RaidLevel.class);
    private final Map<RaidLevel, Long> sequences = new EnumMap<>(RaidLevel.class);
    private final Map<RaidLevel, Long> comparedBytes = new EnumMap<>(RaidLevel.class);
    private final Map<String, Long> outcomes = new TreeMap<>();

    void sequence(RaidLevel level) {
        sequences.merge(level, 1L, Long::sum);
    }

    void event(RaidLevel level, ModelPlan.Event event) {
        events.computeIfAbsent(level, _ -> new EnumMap<>(ModelPlan.Event.class)).merge(event, 1L, Long::sum);
    }

    void compared(RaidLevel level, long bytes) {
        comparedBytes.merge(level, bytes, Long::sum);
        outcome("comparisons");
    }

    void outcome(String name) {
        outcomes.merge(name, 1L, Long::sum);
    }

    long of(RaidLevel level, ModelPlan.Event event) {
        return events.getOrDefault(level, Map.of()).getOrDefault(event, 0L);
    }

    long of(String outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }

    /** Levels and events of which there was none, and outcomes without which a run shows little; "" for nothing. */
    String missing() {
        StringBuilder missing = new StringBuilder();
        for (RaidLevel level : RaidLevel.values()) {
            for (ModelPlan.Event event : ModelPlan.Event.values()) {
                if (of(level, event) == 0) {
                    missing.append(level).append(' ').append(event).append("; ");
                }
            }
        }
        for (String outcome : ModelRun.EXPECTED_OUTCOMES) {
            if (of(outcome) == 0) {
                missing.append(outcome).append("; ");
            }
        }
        return missing.toString();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format("%-16s", "event"));
        for (RaidLevel level : RaidLevel.values()) {
            text.append(String.format("%10s", level));
        }
        text.append(String.format("%n%-16s", "sequences"));
        for (RaidLevel level : RaidLevel.values()) {
            text.append(String.format("%10d", sequences.getOrDefault(level, 0L)));
        }
        text.append(String.format("%n%-16s", "MiB compared"));
        for (RaidLevel level : RaidLevel.values()) {
            text.append(String.format("%10d", comparedBytes.getOrDefault(level, 0L) >> 20));
        }
        for (ModelPlan.Event event : ModelPlan.Event.values()) {
            text.append(String.format("%n%-16s", event));
            for (RaidLevel level : RaidLevel.values()) {
                text.append(String.format("%10d", of(level, event)));
            }
        }
        outcomes.forEach((name, count) -> text.append(String.format("%n%10d %s", count, name)));
        return text.toString();
    }
}
