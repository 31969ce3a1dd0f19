package dev.ashlar.nbd.transmission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.nbd.testkit.WireClient;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

class WriteSlotsProps {

    private record Waiting(long number, int position, int length) {}

    static Request request(int flags, long cookie, long offset, int length) {
        Request request = new Request(false);
        request.decode(ByteBuffer.wrap(WireClient.header(flags, WireClient.WRITE, cookie, offset, length)), 0);
        return request;
    }

    /** Random placing, executing and answering by one thread: no payload that still waits is ever overwritten. */
    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void waitingPayloadsAreNotOverwritten(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5000) int ringBytes) {
        Random random = new Random(seed);
        WriteSlots slots = new WriteSlots(ringBytes);
        boolean[] taken = new boolean[ringBytes];
        ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        for (int step = 0; step < 2000; step++) {
            int kind = random.nextInt(3);
            int length = 1 + random.nextInt(random.nextBoolean() ? ringBytes : Math.min(ringBytes, 64));
            if (kind == 0) {
                int position = slots.place(length);
                if (position >= 0) {
                    assertThat(position + length).isLessThanOrEqualTo(ringBytes);
                    for (int i = position; i < position + length; i++) {
                        assertThat(taken[i]).isFalse();
                    }
                    Arrays.fill(taken, position, position + length, true);
                    waiting.add(new Waiting(slots.published(), position, length));
                    slots.publish(request(0, step, step, length), 0, length, position, step);
                } else {
                    assertThat(slots.answered() == slots.published()).as("room for everything when empty").isFalse();
                }
            } else if (kind == 1 && !waiting.isEmpty()) {
                Waiting first = waiting.remove();
                assertThat(first.number()).isEqualTo(slots.executed());
                assertThat(slots.position(first.number())).isEqualTo(first.position());
                Arrays.fill(taken, first.position(), first.position() + first.length(), false);
                slots.executedTo(first.number() + 1);
            } else {
                slots.answeredTo(slots.executed());
            }
            assertThat(slots.published() - slots.answered()).isLessThanOrEqualTo(WriteSlots.SLOTS);
        }
    }

    /** Counters hand over between threads what they say: the executing thread finds payloads and fields whole. */
    @Property(tries = 5, shrinking = ShrinkingMode.OFF)
    void slotsAreHandedOverWhole(@ForAll long seed) throws InterruptedException {
        int count = 20_000;
        int ringBytes = 4096;
        WriteSlots slots = new WriteSlots(ringBytes);
        byte[] ring = new byte[ringBytes];
        Thread placer = Thread.ofPlatform().daemon().start(() -> {
            Random random = new Random(seed);
            for (int i = 0; i < count; i++) {
                int length = 1 + random.nextInt(random.nextInt(20) == 0 ? ringBytes / 2 : 100);
                int position;
                while ((position = slots.place(length)) < 0) {
                    Thread.onSpinWait();
                }
                Arrays.fill(ring, position, position + length, (byte) i);
                slots.publish(request(i & 1, i, 3L * i, length), 0, length, position, i);
            }
        });
        for (long number = 0; number < count; number++) {
            while (slots.published() == number) {
                Thread.onSpinWait();
            }
            int position = slots.position(number);
            for (int at = position; at < position + slots.lengthBytes(number); at++) {
                if (ring[at] != (byte) number) {
                    throw new AssertionError("payload of write " + number + " was overwritten");
                }
            }
            assertThat(slots.cookie(number)).isEqualTo(number);
            assertThat(slots.offsetBytes(number)).isEqualTo(3 * number);
            assertThat(slots.fua(number)).isEqualTo((number & 1) != 0);
            slots.executedTo(number + 1);
            slots.answeredTo(number + 1);
        }
        placer.join();
    }
}
