package dev.ashlar.nbd.export;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.TakeoverRule;
import dev.ashlar.nbd.testkit.LogCapture;
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

    private static final long PATIENCE_NANOS = 2_000;

    private long nowNanos = Long.MAX_VALUE - 1_000;
    private final Takeover takeover = new Takeover(PATIENCE_NANOS, () -> nowNanos);

    private boolean looks(ExportUser... others) {
        return takeover.settled(List.of(), List.of(others));
    }

    /** A connection that does what it is told. */
    private static final class FakeUser implements ExportUser {
        private final String client;
        private final CountDownLatch looked = new CountDownLatch(1);
        private volatile boolean gone;
        private volatile boolean fenced;
        private volatile boolean drained;
        private volatile boolean ended = true;
        private boolean silent;
        private int probing;
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
        public boolean silent() {
            return silent;
        }

        @Override
        public void beginProbe() {
            probing++;
        }

        @Override
        public void endProbe() {
            probing--;
        }

        @Override
        public BooleanSupplier mark() {
            marks++;
            return () -> ended;
        }
    }

    private static ServedExport export(Duration patience) {
        return export(patience, TakeoverRule.WAIT);
    }

    private static ServedExport export(Duration patience, TakeoverRule rule) {
        ExportRegistry registry = new ExportRegistry(patience);
        registry.add(new Export("vol", "", new MemoryDevice(512)).withTakeover(rule));
        return registry.find("vol");
    }

    private static FutureTask<Entry> entering(ServedExport export, ExportUser user) {
        FutureTask<Entry> task = new FutureTask<>(() -> export.enter(user));
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    @Test
    void nobodyElseIsNothingToWaitFor() {
        assertThat(looks()).isTrue();
    }

    @Test
    void connectionThatTheClientHasLeftIsFencedAndHasToLeave() {
        FakeUser old = new FakeUser("a");
        old.gone = true;
        assertThat(looks(old)).isFalse();
        assertThat(old.fenced).isTrue();
        assertThat(looks(old)).as("as long as it is there").isFalse();
        assertThat(looks()).isTrue();
    }

    @Test
    void liveConnectionIsNotFencedAndLookedAtOnceOnly() {
        FakeUser old = new FakeUser("a");
        old.ended = false;
        assertThat(looks(old)).isFalse();
        assertThat(looks(old)).isFalse();
        old.ended = true;
        assertThat(looks(old)).isTrue();
        assertThat(old.marks).isEqualTo(1);
        assertThat(old.fenced).isFalse();
    }

    @Test
    void connectionThatDiesMeanwhileIsFencedThen() {
        FakeUser old = new FakeUser("a");
        old.ended = false;
        assertThat(looks(old)).isFalse();
        old.gone = true;
        assertThat(looks(old)).isFalse();
        assertThat(old.fenced).isTrue();
    }

    @Test
    void everyOldConnectionIsLookedAtEvenWhenTheFirstIsNotSettled() {
        FakeUser first = new FakeUser("a");
        FakeUser second = new FakeUser("a");
        first.gone = true;
        second.gone = true;
        assertThat(looks(first, second)).isFalse();
        assertThat(second.fenced).isTrue();
    }

    @Test
    void silentConnectionIsAskedForASignOfLifeBeforeItIsMarked() {
        FakeUser old = new FakeUser("a");
        old.silent = true;
        assertThat(looks(old)).isFalse();
        nowNanos += PATIENCE_NANOS - 1;
        assertThat(looks(old)).isFalse();
        assertThat(old.probing).as("asked once").isEqualTo(1);
        assertThat(old.marks).isZero();
        old.silent = false;
        assertThat(looks(old)).isTrue();
        assertThat(old.fenced).isFalse();
        takeover.close();
        assertThat(old.probing).isZero();
    }

    @Test
    void connectionThatGivesNoSignOfLifeIsFencedAndHasToLeave() {
        FakeUser old = new FakeUser("a");
        old.silent = true;
        assertThat(looks(old)).isFalse();
        nowNanos += PATIENCE_NANOS;
        assertThat(looks(old)).isFalse();
        assertThat(old.fenced).isTrue();
        old.silent = false;
        assertThat(looks(old)).as("too late").isFalse();
        assertThat(looks()).isTrue();
    }

    @Test
    void replacedConnectionsAreFencedHoweverAliveAndHaveToLeave() {
        FakeUser old = new FakeUser("a");
        FakeUser elsewhere = new FakeUser("a");
        assertThat(takeover.settled(List.of(old), List.of(elsewhere))).isFalse();
        assertThat(old.fenced).isTrue();
        assertThat(elsewhere.fenced).isFalse();
        assertThat(takeover.settled(List.of(), List.of(elsewhere))).isTrue();
    }

    @Test
    void newestConnectionTakesThePlaceOfTheOlderOnesOfItsClientOnly() throws Exception {
        ServedExport export = export(LONG, TakeoverRule.NEWEST);
        FakeUser old = new FakeUser("a");
        FakeUser stranger = new FakeUser("b");
        assertThat(export.enter(old)).isEqualTo(Entry.ENTERED);
        assertThat(export.enter(stranger)).isEqualTo(Entry.ENTERED);
        FutureTask<Entry> entering = entering(export, new FakeUser("a"));
        while (!old.fenced) {
            Thread.onSpinWait();
        }
        assertThat(entering.isDone()).isFalse();
        export.leave(old);
        assertThat(entering.get()).isEqualTo(Entry.ENTERED);
        assertThat(stranger.fenced).isFalse();
    }

    @Test
    void exportsOfOneDeviceShareTheirUsersAndNoOthers() throws Exception {
        ExportRegistry registry = new ExportRegistry(Duration.ofMillis(20));
        MemoryDevice device = new MemoryDevice(512);
        registry.add(new Export("one", "", device));
        registry.add(new Export("two", "", device));
        registry.add(new Export("else", "", new MemoryDevice(512)));
        FakeUser old = new FakeUser("a");
        old.ended = false;
        assertThat(registry.find("one").enter(old)).isEqualTo(Entry.ENTERED);
        assertThat(registry.find("two").enter(new FakeUser("a"))).isEqualTo(Entry.BUSY);
        assertThat(registry.find("two").enter(new FakeUser("b"))).isEqualTo(Entry.ENTERED);
        assertThat(registry.find("else").enter(new FakeUser("a"))).isEqualTo(Entry.ENTERED);
        assertThat(registry.find("two").awaitUnused(System.nanoTime())).isFalse();
        old.ended = true;
        assertThat(registry.find("two").enter(new FakeUser("a"))).isEqualTo(Entry.ENTERED);
    }

    @Test
    void nobodyEntersADeviceThatARemovedExportHasLeftSomebodyIn() {
        ExportRegistry registry = new ExportRegistry(Duration.ofMillis(20));
        MemoryDevice device = new MemoryDevice(512);
        registry.add(new Export("vol", "", device));
        registry.add(new Export("other", "", device));
        FakeUser old = new FakeUser("a");
        ServedExport removed = registry.find("vol");
        assertThat(removed.enter(old)).isEqualTo(Entry.ENTERED);
        registry.remove("vol").close();
        registry.forgetAbandoned();
        registry.add(new Export("vol", "", device));
        assertThat(registry.find("vol").enter(new FakeUser("b"))).as("another client").isEqualTo(Entry.BUSY);
        assertThat(registry.find("other").enter(new FakeUser("b"))).as("it was there before")
                .isEqualTo(Entry.ENTERED);
        removed.leave(old);
        assertThat(registry.find("vol").enter(new FakeUser("b"))).isEqualTo(Entry.ENTERED);
    }

    @Test
    void deviceIsRememberedUntilItsLastUserHasLeft() {
        ExportRegistry registry = new ExportRegistry(Duration.ofMillis(20));
        MemoryDevice device = new MemoryDevice(512);
        registry.add(new Export("vol", "", device));
        FakeUser old = new FakeUser("a");
        ServedExport removed = registry.find("vol");
        removed.enter(old);
        registry.remove("vol").close();
        registry.forgetAbandoned();
        registry.add(new Export("later", "", device));
        assertThat(registry.find("later").enter(new FakeUser("b"))).isEqualTo(Entry.BUSY);
    }

    @Test
    void refusalsAreLoggedOnceInAWhileAndWaitsThatNobodyWantsNotAtAll() {
        ServedExport export = export(Duration.ofMillis(1));
        FakeUser old = new FakeUser("a");
        export.enter(old);
        old.ended = false;
        try (LogCapture log = new LogCapture()) {
            FakeUser impatient = new FakeUser("a");
            impatient.gone = true;
            assertThat(export.enter(impatient)).isEqualTo(Entry.LEFT);
            Thread.currentThread().interrupt();
            assertThat(export.enter(new FakeUser("a"))).isEqualTo(Entry.LEFT);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(log.atLeast(Level.WARN)).isEmpty();
            for (int i = 0; i < 5; i++) {
                assertThat(export.enter(new FakeUser("a"))).isEqualTo(Entry.BUSY);
            }
            assertThat(log.atLeast(Level.WARN)).hasSize(1);
        }
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
        assertThat(export.enter(impatient)).isEqualTo(Entry.LEFT);
        FutureTask<Entry> entering = entering(export, new FakeUser("a"));
        export.close();
        assertThat(entering.get()).isEqualTo(Entry.REMOVED);
        assertThat(old.drained).isTrue();
    }
}
