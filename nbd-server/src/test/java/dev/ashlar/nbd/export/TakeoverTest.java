package dev.ashlar.nbd.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.PeerRules;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TakeoverTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    private final Takeover takeover = new Takeover();

    /** A connection that does what it is told. */
    private static final class FakeUser implements ExportUser {
        private final String client;
        private final CountDownLatch looked = new CountDownLatch(1);
        private volatile boolean gone;
        private volatile boolean fenced;
        private volatile boolean drained;
        private volatile boolean ended = true;
        private int marks;

        FakeUser(String client) {
            this.client = client;
        }

        @Override
        public String client() {
            return client;
        }

        @Override
        public void drain() {
            drained = true;
        }

        @Override
        public void abort() {
            throw new AssertionError("not asked for");
        }

        @Override
        public boolean peerGone() {
            looked.countDown();
            return gone;
        }

        @Override
        public void fence() {
            fenced = true;
        }

        @Override
        public boolean permittedBy(PeerRules rules) {
            return true;
        }

        @Override
        public BooleanSupplier mark() {
            marks++;
            return () -> ended;
        }
    }

    private static ServedExport export(Duration patience) {
        ExportRegistry registry = new ExportRegistry(patience);
        registry.add(new Export("vol", "", new MemoryDevice(512)));
        return registry.find("vol");
    }

    private static FutureTask<Entry> entering(ServedExport export, ExportUser user) {
        FutureTask<Entry> task = new FutureTask<>(() -> export.enter(user));
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    @Test
    void nobodyElseIsNothingToWaitFor() {
        assertThat(takeover.settled(List.of())).isTrue();
    }

    @Test
    void connectionThatTheClientHasLeftIsFencedAndHasToLeave() {
        FakeUser old = new FakeUser("a");
        old.gone = true;
        assertThat(takeover.settled(List.of(old))).isFalse();
        assertThat(old.fenced).isTrue();
        assertThat(takeover.settled(List.of(old))).as("as long as it is there").isFalse();
        assertThat(takeover.settled(List.of())).isTrue();
    }

    @Test
    void liveConnectionIsNotFencedAndLookedAtOnceOnly() {
        FakeUser old = new FakeUser("a");
        old.ended = false;
        assertThat(takeover.settled(List.of(old))).isFalse();
        assertThat(takeover.settled(List.of(old))).isFalse();
        old.ended = true;
        assertThat(takeover.settled(List.of(old))).isTrue();
        assertThat(old.marks).isEqualTo(1);
        assertThat(old.fenced).isFalse();
    }

    @Test
    void connectionThatDiesMeanwhileIsFencedThen() {
        FakeUser old = new FakeUser("a");
        old.ended = false;
        assertThat(takeover.settled(List.of(old))).isFalse();
        old.gone = true;
        assertThat(takeover.settled(List.of(old))).isFalse();
        assertThat(old.fenced).isTrue();
    }

    @Test
    void everyOldConnectionIsLookedAtEvenWhenTheFirstIsNotSettled() {
        FakeUser first = new FakeUser("a");
        FakeUser second = new FakeUser("a");
        first.gone = true;
        second.gone = true;
        assertThat(takeover.settled(List.of(first, second))).isFalse();
        assertThat(second.fenced).isTrue();
    }

    @Test
    void clientEntersWhenItsDeadConnectionHasLeft() throws Exception {
        ServedExport export = export(LONG);
        FakeUser old = new FakeUser("a");
        assertThat(export.enter(old)).isEqualTo(Entry.ENTERED);
        old.gone = true;
        FutureTask<Entry> entering = entering(export, new FakeUser("a"));
        old.looked.await();
        assertThat(export.enter(new FakeUser("b"))).as("another client").isEqualTo(Entry.ENTERED);
        assertThat(entering.isDone()).isFalse();
        export.leave(old);
        assertThat(entering.get()).isEqualTo(Entry.ENTERED);
        assertThat(old.fenced).isTrue();
    }

    @Test
    void patienceEndsInBusy() {
        ServedExport export = export(Duration.ofMillis(20));
        FakeUser old = new FakeUser("a");
        export.enter(old);
        old.ended = false;
        assertThat(export.enter(new FakeUser("a"))).isEqualTo(Entry.BUSY);
        old.ended = true;
        assertThat(export.enter(new FakeUser("a"))).isEqualTo(Entry.ENTERED);
    }

    @Test
    void waitEndsWhenTheExportIsRemovedOrTheNewcomerLeaves() throws Exception {
        ServedExport export = export(LONG);
        FakeUser old = new FakeUser("a");
        export.enter(old);
        old.ended = false;
        FakeUser impatient = new FakeUser("a");
        impatient.gone = true;
        assertThat(export.enter(impatient)).isEqualTo(Entry.BUSY);
        FutureTask<Entry> entering = entering(export, new FakeUser("a"));
        export.close();
        assertThat(entering.get()).isEqualTo(Entry.REMOVED);
        assertThat(old.drained).isTrue();
    }
}
