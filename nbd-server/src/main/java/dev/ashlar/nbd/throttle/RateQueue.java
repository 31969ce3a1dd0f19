package dev.ashlar.nbd.throttle;

import java.util.HashMap;
import java.util.Map;

/**
 * A rate, those that wait for it, and what clients owe it. All is given out in pieces, of a hundredth of a second where that
 * is sensible: whoever comes newly waits for about one piece, however much others want at once.
 *
 * <p>What a client has been given out of turn is its debt, which it pays before it is given more. Others do not wait for that.
 *
 * <p>Pure bookkeeping on a clock that is passed in. Used under its owner's lock. A waiter is in the queue once at most.
 *
 * @param <W> who waits
 */
final class RateQueue<W> {
    private static final int PIECES_PER_SECOND = 100;
    private static final long MOST_PIECE_TOKENS = 256 << 10;
    private static final double NANOS_PER_SECOND = 1e9;

    /** What a client owes, and when it could have paid it by being slow. */
    private record Debt(long tokens, long paidAtNanos) {}

    private final FairQueue<W> queue = new FairQueue<>();
    private final Map<String, Debt> debts = new HashMap<>();
    private final TokenBucket bucket;
    private final long tokensPerSecond;
    private final long pieceTokens;

    /**
     * @param tokensPerSecond the rate
     * @param leastPieceTokens what is not divided further however low the rate is
     */
    RateQueue(long tokensPerSecond, long leastPieceTokens, long nowNanos) {
        this.bucket = new TokenBucket(tokensPerSecond, nowNanos);
        this.tokensPerSecond = tokensPerSecond;
        this.pieceTokens = Math.clamp(tokensPerSecond / PIECES_PER_SECOND, leastPieceTokens, MOST_PIECE_TOKENS);
    }

    /** What is given out at a time, at most. */
    long pieceTokens() {
        return pieceTokens;
    }

    /** Gives of so many tokens what can be had without waiting: how many. */
    long takeNow(String client, long tokens, long nowNanos) {
        if (!queue.isEmpty() || debts.containsKey(client)) {
            return 0;
        }
        long taken = 0;
        while (taken < tokens && bucket.waitNanos(nowNanos) == 0) {
            long piece = Math.min(tokens - taken, pieceTokens);
            bucket.take(piece, nowNanos);
            taken += piece;
        }
        return taken;
    }

    /** Lets {@code waiter} wait for a piece. */
    void add(String client, W waiter) {
        queue.add(client, waiter);
    }

    void remove(String client, W waiter) {
        queue.remove(client, waiter);
    }

    /** Who goes next, null if nobody waits. */
    W head() {
        return queue.head();
    }

    /** How long the head has to wait, 0 for no longer. */
    long waitNanos(long nowNanos) {
        return bucket.waitNanos(nowNanos);
    }

    /** Gives the head its piece, of that many tokens. */
    void serveHead(long tokens, long nowNanos) {
        queue.serveHead(bucket.costNanos(tokens));
        bucket.take(tokens, nowNanos);
    }

    /** Writes down what a client has been given out of turn. */
    void owe(String client, long tokens, long nowNanos) {
        debts.values().removeIf(debt -> debt.paidAtNanos - nowNanos <= 0);
        Debt before = debts.get(client);
        long owed = tokens + (before == null ? 0 : before.tokens);
        double nanos = Math.min(owed * NANOS_PER_SECOND / tokensPerSecond, TokenBucket.MOST_NANOS);
        debts.put(client, new Debt(owed, nowNanos + (long) nanos));
    }

    /** What the client owes, which whoever asks is going to pay. */
    long settle(String client) {
        Debt debt = debts.remove(client);
        return debt == null ? 0 : debt.tokens;
    }
}
