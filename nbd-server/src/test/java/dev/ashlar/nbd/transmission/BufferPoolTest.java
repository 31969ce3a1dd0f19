package dev.ashlar.nbd.transmission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BufferPoolTest {
    private static final int MIB = 1 << 20;

    private final BufferPool pool = new BufferPool(64L * MIB, 64L * MIB, TimeUnit.SECONDS.toNanos(30));

    @AfterEach
    void free() {
        pool.trim();
    }

    @Test
    void buffersHaveTheNextPowerOfTwoFrom64KiB() {
        int[][] cases = {
            {1, 64 << 10}, {64 << 10, 64 << 10}, {(64 << 10) + 1, 128 << 10}, {MIB, MIB}, {33 * MIB, 64 * MIB}
        };
        for (int[] lengthAndCapacity : cases) {
            PooledBuffer buffer = pool.acquireNow(lengthAndCapacity[0]);
            assertThat(buffer.capacityBytes()).isEqualTo(lengthAndCapacity[1]);
            pool.release(buffer);
        }
    }

    @Test
    void lengthsThatNoBufferHasAreMisuse() {
        assertThatThrownBy(() -> pool.acquireNow(0)).hasMessageContaining("lengthBytes=0");
        assertThatThrownBy(() -> pool.acquireNow(64L * MIB + 1)).hasMessageContaining("lengthBytes=67108865");
    }

    @Test
    void releasedBuffersAreUsedAgain() {
        PooledBuffer first = pool.acquireNow(MIB);
        pool.release(first);
        assertThat(pool.acquireNow(MIB - 1)).isSameAs(first);
        pool.release(first);
    }

    @Test
    void memoryInUseAndKeptNeverExceedsTheLimit() {
        List<PooledBuffer> small = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            small.add(pool.acquireNow(MIB));
        }
        assertThat(pool.acquireNow(1)).as("all is in use").isNull();
        small.forEach(pool::release);
        assertThat(pool.idleBytes()).isEqualTo(64L * MIB);
        PooledBuffer large = pool.acquireNow(64 * MIB);
        assertThat(pool.inUseBytes()).isEqualTo(64L * MIB);
        assertThat(pool.idleBytes()).as("made room").isZero();
        pool.release(large);
    }

    @Test
    void noMoreThanTheGivenAmountIsKeptForReuse() {
        BufferPool thrifty = new BufferPool(64L * MIB, MIB, 0);
        PooledBuffer first = thrifty.acquireNow(MIB);
        PooledBuffer second = thrifty.acquireNow(MIB);
        thrifty.release(first);
        thrifty.release(second);
        assertThat(thrifty.idleBytes()).isEqualTo(MIB);
        thrifty.trim();
    }

    @Test
    void largeRequestThatWaitsIsNotStarvedBySmallOnes() throws Exception {
        PooledBuffer small = pool.acquireNow(MIB);
        CompletableFuture<PooledBuffer> large = new CompletableFuture<>();
        Thread waiter = Thread.ofPlatform().start(() -> large.complete(pool.acquire(64 * MIB)));
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(pool.acquireNow(MIB)).as("would overtake").isNull();
        pool.release(small);
        assertThat(large.get()).isNotNull();
        pool.release(large.get());
    }
}
