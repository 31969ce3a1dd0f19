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
        Thread waiter = Thread.ofPlatform().start(() -> large.complete(pool.acquire(64 * MIB, new Waits("a", null))));
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(pool.acquireNow(MIB)).as("would overtake").isNull();
        pool.release(small);
        assertThat(large.get()).isNotNull();
        pool.release(large.get());
    }

    private static CompletableFuture<PooledBuffer> acquiring(BufferPool pool, int bytes, Waits waits) {
        CompletableFuture<PooledBuffer> result = new CompletableFuture<>();
        Thread waiter = Thread.ofPlatform().daemon().start(() -> result.complete(pool.acquire(bytes, waits)));
        while (waiter.getState() != Thread.State.TIMED_WAITING && !result.isDone()) {
            Thread.onSpinWait();
        }
        return result;
    }

    @Test
    void waitThatIsCancelledEndsAndHoldsUpNobody() throws Exception {
        PooledBuffer small = pool.acquireNow(MIB);
        Waits waits = new Waits("a", null);
        CompletableFuture<PooledBuffer> large = acquiring(pool, 64 * MIB, waits);
        CompletableFuture<PooledBuffer> behind = acquiring(pool, MIB, new Waits("b", null));
        assertThat(behind.isDone()).isFalse();
        waits.cancel();
        assertThat(large.get()).isNull();
        pool.release(behind.get());
        assertThat(pool.acquire(64 * MIB, waits)).as("later waits end too").isNull();
        pool.release(small);
    }

    @Test
    void clientHasItsShareAndMayAlwaysHaveOneBuffer() throws Exception {
        BufferPool shared = new BufferPool(64L * MIB, 16L * MIB, 0, TimeUnit.SECONDS.toNanos(30));
        PooledBuffer one = shared.acquireNow(32 * MIB, "a");
        assertThat(one).as("larger than a share").isNotNull();
        assertThat(shared.acquireNow(MIB, "a")).isNull();
        CompletableFuture<PooledBuffer> more = acquiring(shared, MIB, new Waits("a", null));
        PooledBuffer other = shared.acquireNow(16 * MIB, "b");
        assertThat(other).as("others need not wait for what a client waits of itself").isNotNull();
        assertThat(shared.acquireNow(MIB, "b")).isNull();
        shared.release(one);
        shared.release(more.get());
        shared.release(other);
        assertThat(shared.inUseBytes()).isZero();
    }
}
