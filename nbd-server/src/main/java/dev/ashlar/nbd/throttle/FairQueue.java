package dev.ashlar.nbd.throttle;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Who goes next of those that wait. Clients get equal shares of what is given out, by its cost, however many of their
 * connections wait and however large their requests are; the connections of one client take turns.
 *
 * <p>Every client has a virtual time that grows by the cost of what it is given, and the one that is furthest behind
 * goes next (start-time fair queueing, Goyal, Vin, Cheng 1996). One that comes newly begins where the last one was
 * served, so that nobody saves up shares by staying away.
 *
 * <p>Used under its owner's lock. A waiter is in the queue once at most.
 *
 * @param <W> who waits
 */
final class FairQueue<W> {

    private static final class Client<W> {
        final ArrayDeque<W> waiters = new ArrayDeque<>();
        double time;
        long order;
    }

    private final Map<String, Client<W>> clients = new HashMap<>();
    private double now;
    private long turns;
    private int waiting;

    /** Whether nobody waits. */
    boolean isEmpty() {
        return waiting == 0;
    }

    /** Lets {@code waiter} wait on behalf of {@code client}. */
    void add(String client, W waiter) {
        Client<W> of = clients.computeIfAbsent(client, _ -> new Client<>());
        if (of.waiters.isEmpty()) {
            of.time = Math.max(of.time, now);
            of.order = turns++;
        }
        of.waiters.add(waiter);
        waiting++;
    }

    /** Who goes next, null if nobody waits. */
    W head() {
        Client<W> next = next();
        return next == null ? null : next.waiters.peek();
    }

    /** Lets the head go, with something of that cost. */
    void serveHead(double cost) {
        Client<W> next = next();
        next.waiters.remove();
        waiting--;
        now = next.time;
        next.time += cost;
        next.order = turns++;
        forgetWhoIsNotAhead();
    }

    /** Lets a waiter give up. */
    void remove(String client, W waiter) {
        Client<W> of = clients.get(client);
        if (of != null && of.waiters.remove(waiter)) {
            waiting--;
            forgetWhoIsNotAhead();
        }
    }

    /** How many clients are remembered. */
    int clients() {
        return clients.size();
    }

    private Client<W> next() {
        Client<W> next = null;
        for (Client<W> client : clients.values()) {
            if (!client.waiters.isEmpty() && (next == null || client.time < next.time
                    || client.time == next.time && client.order < next.order)) {
                next = client;
            }
        }
        return next;
    }

    /** Clients that have nobody waiting matter only while they have had more than others. */
    private void forgetWhoIsNotAhead() {
        clients.values().removeIf(client -> client.waiters.isEmpty() && (waiting == 0 || client.time <= now));
    }
}
