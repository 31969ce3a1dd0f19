package dev.ashlar.raid.array;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.layout.LayoutNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A life of an array, fixed before it begins: a shape and what happens to it. Each step draws from its own seed alone,
 * so that any part of the list is a life too, and a failing one can be shortened.
 *
 * @param shapeSeed decides the shape within the level
 */
record ModelPlan(RaidLevel level, long shapeSeed, List<Step> steps) {
    private static final int KIB = 1024;
    private static final String[] RAID5_LAYOUTS = {
        "left-symmetric", "left-asymmetric", "right-symmetric", "right-asymmetric", "parity-first", "parity-last"};
    private static final String[] RAID6_LAYOUTS = {
        "left-symmetric", "left-asymmetric", "right-symmetric", "right-asymmetric", "parity-first", "parity-last",
        "ddf-zero-restart", "ddf-N-restart", "ddf-N-continue", "left-symmetric-6", "left-asymmetric-6",
        "right-symmetric-6", "right-asymmetric-6", "parity-first-6"};
    private static final String[] RAID10_LAYOUTS = {"n2", "n2", "f2", "o2", "n3", "f3", "o3"};

    /** What may happen; the weight says how often beside the others. */
    enum Event {
        WRITE(14),
        WRITE_FUA(3),
        WRITE_ZEROES(2),
        TRIM(2),
        READ(8),
        FLUSH(4),
        MAINTAIN(3),
        SETTLE(4),
        CLOCK(4),
        CHECK(2),
        REPAIR(1),
        FAIL(3),
        DISK_DIES(2),
        READ_ERRORS(2),
        WRITE_ERROR(1),
        NO_SPACE(2),
        FLUSH_FAILS(1),
        HEAL(3),
        REMOVE(3),
        ADD_BLANK(2),
        ADD_BACK(4),
        ADD_USED(1),
        STOP(2),
        KILL(2),
        KILL_INSIDE(3),
        CUT(2),
        CUT_INSIDE(3),
        REOPEN_WITHOUT(3),
        READ_ONLY(2);

        private static final List<Event> WEIGHTED = weighted();

        private final int weight;

        Event(int weight) {
            this.weight = weight;
        }

        static int weights() {
            return WEIGHTED.size();
        }

        static Event at(int index) {
            return WEIGHTED.get(index);
        }

        private static List<Event> weighted() {
            List<Event> all = new ArrayList<>();
            for (Event event : values()) {
                for (int i = 0; i < event.weight; i++) {
                    all.add(event);
                }
            }
            return all;
        }
    }

    /** @param seed where the step takes its numbers from */
    record Step(Event event, int seed) {
        @Override
        public String toString() {
            return event + ":" + seed;
        }
    }

    /** A plan without a generator that can shorten it. */
    static ModelPlan random(long seed) {
        return random(seed, RaidLevel.values()[(int) Math.floorMod(seed, (long) RaidLevel.values().length)]);
    }

    /** As {@link #random(long)}, of one level. */
    static ModelPlan random(long seed, RaidLevel level) {
        Random random = new Random(seed);
        List<Step> steps = new ArrayList<>();
        for (int i = 20 + random.nextInt(41); i > 0; i--) {
            steps.add(new Step(Event.at(random.nextInt(Event.weights())), random.nextInt()));
        }
        return new ModelPlan(level, random.nextLong(), steps);
    }

    Shape shape() {
        Random random = new Random(shapeSeed);
        boolean large = random.nextInt(40) == 0;
        int layout = layout(random);
        int disks = disks(random, layout, large);
        int chunk = level == RaidLevel.RAID1 ? 0 : (large ? 64 : 4 << random.nextInt(5)) * KIB;
        int unit = level == RaidLevel.RAID1 ? 4 * KIB : chunk;
        long component = (long) unit * (2 + random.nextInt(10));
        component = Math.max(component, 48L * KIB / unit * unit);
        if (large) {
            component = 5L * KIB * KIB / unit * unit + 3L * unit;
        }
        if (level == RaidLevel.RAID10) {
            // Far and offset copies need whole rows of sections.
            component = component / (6L * unit) * (6L * unit) + (component < 6L * unit ? 6L * unit : 0);
        }
        long bitmapChunk = level == RaidLevel.RAID0 || random.nextInt(3) == 0 ? 0 : (4L << random.nextInt(5)) * KIB;
        return new Shape(level, layout, disks, chunk, component, bitmapChunk);
    }

    private int layout(Random random) {
        return switch (level) {
            case RAID0 -> random.nextInt(3);
            case RAID1, RAID4 -> 0;
            case RAID5 -> LayoutNames.parse(level, RAID5_LAYOUTS[random.nextInt(RAID5_LAYOUTS.length)]);
            case RAID6 -> LayoutNames.parse(level, RAID6_LAYOUTS[random.nextInt(RAID6_LAYOUTS.length)]);
            case RAID10 -> LayoutNames.parse(level, RAID10_LAYOUTS[random.nextInt(RAID10_LAYOUTS.length)]);
        };
    }

    private int disks(Random random, int layout, boolean large) {
        int least = level == RaidLevel.RAID10 ? Math.max(layout & 0xff, layout >> 8 & 0xff) : level.minimumDisks();
        int most = large ? Math.max(least, 4) : level == RaidLevel.RAID1 ? 4 : 8;
        return least + random.nextInt(most - least + 1);
    }

    @Override
    public String toString() {
        return shape() + " shapeSeed=" + shapeSeed + " steps=" + steps;
    }
}
