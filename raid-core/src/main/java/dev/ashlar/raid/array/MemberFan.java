package dev.ashlar.raid.array;

import dev.ashlar.raid.member.Member;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Does the same to every member: in turn where a member answers at once, in parallel where it makes one wait. Each
 * failure is reported with its member; none keeps the others from being asked.
 */
final class MemberFan {
    private static final long WORTH_A_THREAD_NANOS = 60_000;

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("ashlar-fan-", 0).daemon().factory());

    private MemberFan() {}

    /** What is done to one member. */
    @FunctionalInterface
    interface Task {
        void run(Member member) throws IOException;
    }

    /** What went wrong with one member. */
    record Failure(Member member, IOException cause) {}

    static List<Failure> run(List<Member> members, Task task) {
        List<Failure> failures = new ArrayList<>();
        int next = 0;
        boolean slow = false;
        while (next < members.size() && !slow) {
            long start = System.nanoTime();
            one(members.get(next++), task, failures);
            slow = System.nanoTime() - start > WORTH_A_THREAD_NANOS;
        }
        if (members.size() - next < 2) {
            members.subList(next, members.size()).forEach(member -> one(member, task, failures));
            return failures;
        }
        List<Future<Failure>> running = new ArrayList<>();
        for (Member member : members.subList(next, members.size())) {
            running.add(THREADS.submit(() -> {
                List<Failure> own = new ArrayList<>();
                one(member, task, own);
                return own.isEmpty() ? null : own.getFirst();
            }));
        }
        for (Future<Failure> future : running) {
            Failure failure = await(future);
            if (failure != null) {
                failures.add(failure);
            }
        }
        return failures;
    }

    private static void one(Member member, Task task, List<Failure> failures) {
        try {
            task.run(member);
        } catch (IOException e) {
            failures.add(new Failure(member, e));
        } catch (RuntimeException e) {
            failures.add(new Failure(member, new IOException(e)));
        }
    }

    private static Failure await(Future<Failure> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException _) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
