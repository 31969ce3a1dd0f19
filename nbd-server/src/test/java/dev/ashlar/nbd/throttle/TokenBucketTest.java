package dev.ashlar.nbd.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000;
    private static final long BURST = TokenBucket.BURST_NANOS;

    @Test
    void burstPassesAtOnceAndTheRestAtTheRate() {
        TokenBucket bucket = new TokenBucket(1000, 0);
        for (int i = 0; i <= 100; i++) {
            assertThat(bucket.waitNanos(0)).as("token %d of the burst", i).isZero();
            bucket.take(1, 0);
        }
        assertThat(bucket.waitNanos(0)).isEqualTo(SECOND / 1000);
        assertThat(bucket.waitNanos(SECOND / 1000 - 1)).isEqualTo(1);
        assertThat(bucket.waitNanos(SECOND / 1000)).isZero();
    }

    @Test
    void largeRequestOverdrawsAndThoseBehindItWait() {
        TokenBucket bucket = new TokenBucket(1000, 0);
        bucket.take(5000, 0);
        assertThat(bucket.waitNanos(0)).isEqualTo(5 * SECOND - BURST);
        bucket.take(1, 5 * SECOND - BURST);
        assertThat(bucket.waitNanos(5 * SECOND - BURST)).isEqualTo(SECOND / 1000);
    }

    @Test
    void idlenessSavesUpNoMoreThanABurst() {
        TokenBucket bucket = new TokenBucket(1000, 0);
        long late = 3600 * SECOND;
        bucket.take(100, late);
        assertThat(bucket.waitNanos(late)).isZero();
        bucket.take(10, late);
        assertThat(bucket.waitNanos(late)).isEqualTo(SECOND / 100);
    }

    @Test
    void longRunKeepsTheRateWhateverTheSizes() {
        TokenBucket bucket = new TokenBucket(1_000_000, 0);
        long now = 0;
        long passed = 0;
        for (int i = 0; now < 100 * SECOND; i++) {
            now += bucket.waitNanos(now);
            long size = 1 + i * 7919L % 300_000;
            bucket.take(size, now);
            passed += size;
        }
        assertThat(passed).isBetween(100_000_000L, 100_500_000L);
    }

    @Test
    void noLimitNeverWaits() {
        TokenBucket bucket = new TokenBucket(0, 0);
        bucket.take(Long.MAX_VALUE, 0);
        assertThat(bucket.waitNanos(0)).isZero();
        assertThat(bucket.costNanos(Long.MAX_VALUE)).isZero();
    }

    @Test
    void clockMayPassItsLargestNumber() {
        long end = Long.MAX_VALUE - SECOND / 2;
        TokenBucket bucket = new TokenBucket(1000, end);
        bucket.take(1100, end);
        assertThat(bucket.waitNanos(end)).isEqualTo(SECOND);
        assertThat(bucket.waitNanos(end + SECOND)).isZero();
    }

    @Test
    void absurdRequestIsBounded() {
        TokenBucket bucket = new TokenBucket(1, 0);
        bucket.take(Long.MAX_VALUE, 0);
        assertThat(bucket.waitNanos(0)).isPositive();
        bucket.take(Long.MAX_VALUE, 0);
        assertThat(bucket.waitNanos(0)).isPositive();
    }
}
