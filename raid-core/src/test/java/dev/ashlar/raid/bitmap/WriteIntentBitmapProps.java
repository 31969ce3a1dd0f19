package dev.ashlar.raid.bitmap;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Random lives of a bitmap, with crashes at every write of the store, against {@link BitmapModel}. */
class WriteIntentBitmapProps {
    interface Step {
        void run(BitmapModel model) throws IOException;
    }

    record Named(String name, Step step) {
        @Override
        public String toString() {
            return name;
        }
    }

    @Provide
    Arbitrary<List<Named>> steps() {
        Arbitrary<BitmapModel.Write> writes = Combinators.combine(
                        Arbitraries.of(0, 30_715, 63_480, BitmapModel.BITS - 13),
                        Arbitraries.integers().between(0, 9),
                        Arbitraries.integers().between(1, 3))
                .as((base, offset, count) -> new BitmapModel.Write(base + offset, count));
        return Arbitraries.frequencyOf(
                        Tuple.of(8, writes.map(w -> new Named("start " + w, model -> model.startWrite(w)))),
                        Tuple.of(8, Arbitraries.of(true, false)
                                .map(all -> new Named("end all=" + all, model -> model.endWrite(all)))),
                        Tuple.of(5, Combinators.combine(
                                        Arbitraries.of(false, false, true), Arbitraries.of(false, false, true))
                                .as((once, fails) -> new Named("sweep atOnce=" + once + " flushFails=" + fails,
                                        model -> model.sweep(once, fails)))),
                        Tuple.of(1, writes.map(w -> new Named("markNeeded " + w, model -> model.markNeeded(w)))),
                        Tuple.of(2, writes.map(w -> new Named("synced " + w, model -> model.synced(w)))),
                        Tuple.of(2, named("updateEvents", BitmapModel::updateEvents)),
                        Tuple.of(1, named("memberFails", BitmapModel::memberFails)),
                        Tuple.of(1, named("memberRecovers", BitmapModel::memberRecovers)),
                        Tuple.of(1, Arbitraries.of(false, false, false, true)
                                .map(ahead -> new Named("crash ahead=" + ahead, model -> model.crash(ahead)))),
                        Tuple.of(2, Arbitraries.of(false, false, true)
                                .map(fails -> new Named("storeFails=" + fails, model -> model.storeFails(fails)))))
                .list().ofMaxSize(60);
    }

    private static Arbitrary<Named> named(String name, Step step) {
        return Arbitraries.just(new Named(name, step));
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void noCrashFindsAMarkMissing(@ForAll("steps") List<Named> steps, @ForAll long seed) throws IOException {
        BitmapModel model = new BitmapModel(seed);
        for (Named step : steps) {
            step.step().run(model);
            model.check();
        }
        model.settle();
    }
}
