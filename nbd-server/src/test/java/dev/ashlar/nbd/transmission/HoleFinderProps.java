package dev.ashlar.nbd.transmission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.testkit.ShapedDevice;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class HoleFinderProps {
    private static final int SIZE = 1 << 20;

    /** Runs cover a range from its start to its end, and what is called zero is zero. */
    @Property(tries = 500)
    void runsCoverTheRangeAndOnlyZeroesAreLeftOut(@ForAll long seed) {
        Random random = new Random(seed);
        long[] flags = new long[SIZE / 512];
        try (MemoryDevice memory = new MemoryDevice(SIZE)) {
            ShapedDevice device = new ShapedDevice(memory);
            for (int sector = 0; sector < flags.length; ) {
                int end = Math.min(flags.length, sector + 1 + random.nextInt(random.nextBoolean() ? 4 : 300));
                long value = random.nextInt(4);
                device.extent(sector * 512L, value);
                while (sector < end) {
                    flags[sector++] = value;
                }
            }
            HoleFinder holes = new HoleFinder(device, () -> 0);
            for (int i = 0; i < 50; i++) {
                int offset = random.nextInt(SIZE);
                int end = offset + 1 + random.nextInt(SIZE - offset);
                for (long at = offset; at < end; ) {
                    long run = holes.runLength(at, end - at);
                    assertThat(run).isBetween(1L, end - at);
                    if (holes.zero()) {
                        assertThat(run >= HoleFinder.LEAST_HOLE_BYTES).as("worth a chunk").isTrue();
                        for (long sector = at / 512; sector <= (at + run - 1) / 512; sector++) {
                            assertThat(flags[(int) sector] & 2).as("at %d", at).isEqualTo(2);
                        }
                    }
                    at += run;
                }
            }
        }
    }

    @Example
    void denseDeviceIsAskedLessAndLessAndAHoleIsFoundAgain() {
        try (MemoryDevice memory = new MemoryDevice(SIZE)) {
            ShapedDevice device = new ShapedDevice(memory);
            HoleFinder holes = new HoleFinder(device, () -> 0);
            for (int i = 0; i < 200; i++) {
                assertThat(holes.runLength(0, 65536)).isEqualTo(65536);
                assertThat(holes.zero()).isFalse();
            }
            device.hole(0, SIZE);
            int tries = 0;
            do {
                assertThat(holes.runLength(0, 65536)).isEqualTo(65536);
            } while (!holes.zero() && ++tries < 100);
            assertThat(tries).isLessThan(100);
            holes.runLength(0, 65536);
            assertThat(holes.zero()).as("asked every time again").isTrue();
        }
    }

    @Example
    void answersThatTookLongAndWereOfNoUseAreNotAskedForSoon() {
        try (MemoryDevice memory = new MemoryDevice(SIZE)) {
            ShapedDevice device = new ShapedDevice(memory);
            AtomicLong clock = new AtomicLong();
            HoleFinder holes = new HoleFinder(device, () -> clock.getAndAdd(250_000));
            for (int i = 0; i < 3; i++) {
                holes.runLength(0, 65536);
            }
            device.hole(0, SIZE);
            for (int i = 0; i < 4990; i++) {
                holes.runLength(0, 65536);
                assertThat(holes.zero()).as("request %d behind it", i).isFalse();
            }
            for (int i = 0; i < 10; i++) {
                holes.runLength(0, 65536);
            }
            for (int i = 0; i < 10; i++) {
                holes.runLength(0, 65536);
                assertThat(holes.zero()).as("a hole is worth its price").isTrue();
            }
        }
    }

    @Example
    void failingExtentsAreDataAsAWhole() {
        try (MemoryDevice memory = new MemoryDevice(SIZE)) {
            HoleFinder holes = new HoleFinder(new ShapedDevice(memory).extentsFail(true), () -> 0);
            assertThat(holes.runLength(0, SIZE)).isEqualTo(SIZE);
            assertThat(holes.zero()).isFalse();
        }
    }
}
