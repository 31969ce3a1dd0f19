package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.StyledClient.FAST_ZERO;
import static dev.ashlar.nbd.testkit.WireClient.EIO;
import static dev.ashlar.nbd.testkit.WireClient.FUA;
import static dev.ashlar.nbd.testkit.WireClient.NO_HOLE;
import static dev.ashlar.nbd.testkit.WireClient.TRIM;
import static dev.ashlar.nbd.testkit.WireClient.WRITE_ZEROES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TRIM and WRITE_ZEROES of much, which reach the device in slices. */
class RangeChangesTest extends WireTestBase {
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;
    private static final int STRIPE = 3 << 20;
    private static final long WRITTEN = 16 * MIB;

    private final ShapedDevice shaped = new ShapedDevice(new MemoryDevice(64 * GIB)).optimal(STRIPE);
    private final ScriptedDevice device = new ScriptedDevice(shaped);
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);

    @BeforeEach
    void serve() {
        server.addExport(new Export("vol", "", device));
    }

    @AfterEach
    void release() {
        held.countDown();
    }

    private void holdTheFirstSlice() {
        device.script(call -> {
            if (call.startsWith("writeZeroes 0+")) {
                inside.countDown();
                held.await();
            }
        });
    }

    private record Slice(String kind, long offset, long length, String flags) {
        static Slice of(String call) {
            String[] fields = call.split("[ +]", 4);
            return new Slice(fields[0], Long.parseLong(fields[1]), Long.parseLong(fields[2]),
                    fields.length > 3 ? fields[3] : "");
        }

        long end() {
            return offset + length;
        }
    }

    private List<Slice> slices() {
        return device.calls().stream().filter(call -> !call.equals("flush")).map(Slice::of).toList();
    }

    private void assertSlices(String kind, String flags, long from, long to, long most) {
        List<Slice> slices = slices();
        assertThat(slices).hasSizeGreaterThan(1).allSatisfy(slice -> {
            assertThat(slice.kind()).isEqualTo(kind);
            assertThat(slice.flags()).isEqualTo(flags);
            assertThat(slice.length()).isLessThanOrEqualTo(most);
        });
        assertThat(slices.getFirst().offset()).isEqualTo(from);
        assertThat(slices.getLast().end()).isEqualTo(to);
        for (int i = 1; i < slices.size(); i++) {
            assertThat(slices.get(i).offset()).isEqualTo(slices.get(i - 1).end());
            assertThat(slices.get(i).offset() % STRIPE).as("no stripe is cut").isZero();
        }
        device.calls().clear();
    }

    private void assertOneSliceOnly() {
        assertThat(slices()).hasSize(1).allSatisfy(slice -> assertThat(slice.length()).isLessThanOrEqualTo(WRITTEN));
    }

    @Test
    void slicesEndAtTheDevicesBoundariesAndCoverTheRange() throws IOException {
        try (StyledClient client = open(Style.EXTENDED)) {
            assertThat(client.call(0, WRITE_ZEROES, 1, 100 * MIB).error()).isZero();
            assertSlices("writeZeroes", "unmap", 1, 1 + 100 * MIB, WRITTEN);
            assertThat(client.call(NO_HOLE, WRITE_ZEROES, STRIPE, 100 * MIB).error()).isZero();
            assertSlices("writeZeroes", "", STRIPE, STRIPE + 100 * MIB, WRITTEN);
            assertThat(client.call(0, TRIM, 511, 60 * GIB).error()).isZero();
            assertSlices("trim", "", 511, 511 + 60 * GIB, GIB);
            shaped.zeroesFast(true);
            assertThat(client.call(0, WRITE_ZEROES, 5, 60 * GIB).error()).isZero();
            assertSlices("writeZeroes", "unmap", 5, 5 + 60 * GIB, GIB);
        }
    }

    @Test
    void stripesLargerThanASliceStayWhole() throws IOException {
        shaped.optimal(96 << 20);
        server.addExport(new Export("wide", "", device));
        try (StyledClient client = StyledClient.open(wire, socket, "wide", Style.SIMPLE)) {
            assertThat(client.call(0, WRITE_ZEROES, 100, 200 * MIB).error()).isZero();
            assertThat(slices()).extracting(Slice::end).containsExactly(96 * MIB, 192 * MIB, 100 + 200 * MIB);
        }
    }

    /** Every slice durable by itself would cost a flush each. */
    @Test
    void oneFlushMakesAllSlicesDurable() throws IOException {
        try (StyledClient client = open(Style.SIMPLE)) {
            assertThat(client.call(FUA, WRITE_ZEROES, 0, 40 * MIB).error()).isZero();
            assertThat(device.calls()).endsWith("flush").noneMatch(call -> call.contains("fua"))
                    .filteredOn("flush"::equals).hasSize(1);
            device.calls().clear();
            assertThat(client.call(FUA, TRIM, 0, 40 * MIB).error()).isZero();
            assertThat(device.calls()).containsExactly("trim 0+" + 40 * MIB + " fua");
            device.script(call -> {
                if (call.equals("flush")) {
                    throw new DeviceException("disk", "flush", 0, 0, "bad");
                }
            });
            assertThat(client.call(FUA, WRITE_ZEROES, 0, 40 * MIB).error()).isEqualTo(EIO);
        }
    }

    @Test
    void fastZeroIsAskedForOnceAndThenDoneWhole() throws IOException {
        shaped.zeroesFast(true);
        device.script(call -> shaped.zeroesFast(false));
        try (StyledClient client = open(Style.EXTENDED)) {
            assertThat(client.call(FAST_ZERO, WRITE_ZEROES, 0, 3 * GIB).error()).isZero();
            assertSlices("writeZeroes", "unmap", 0, 3 * GIB, GIB);
        }
    }

    @Test
    void failedSliceEndsTheRequest() throws IOException {
        device.script(call -> {
            if (call.startsWith("writeZeroes " + 5 * STRIPE + "+")) {
                throw new DeviceException("disk", "write", 0, 0, "bad");
            }
        });
        try (StyledClient client = open(Style.EXTENDED)) {
            assertThat(client.call(0, WRITE_ZEROES, 0, 100 * MIB).error()).isEqualTo(EIO);
            assertThat(slices()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"removal", "shutdown"})
    void exportIsUnusedSoonAfterItsClientsAreCutOff(String end) throws Exception {
        holdTheFirstSlice();
        NbdServer hasty = serve("hasty", ServerLimits.DEFAULTS.withDrainTimeout(Duration.ofMillis(50)),
                new Export("vol", "", device));
        try (StyledClient client = StyledClient.open(wire, dir.resolve("hasty"), "vol", Style.SIMPLE)) {
            client.request(0, WRITE_ZEROES, 1, 0, GIB);
            inside.await();
            FutureTask<Boolean> ending = new FutureTask<>(() -> end.equals("removal")
                    ? hasty.removeExport("vol")
                    : hasty.shutdown(Duration.ofMillis(50)));
            Thread.ofPlatform().daemon().start(ending);
            client.wire().expectEnd();
            held.countDown();
            assertThat(ending.get()).as("no thread is in the device").isTrue();
            assertOneSliceOnly();
        }
    }

    @Test
    void clientThatHasLeftItsRequestComesBackAfterOneSlice() throws Exception {
        holdTheFirstSlice();
        StyledClient dead = open(Style.SIMPLE);
        dead.request(0, WRITE_ZEROES, 1, 0, GIB);
        inside.await();
        dead.close();
        try (WireClient next = greeted()) {
            FutureTask<WireClient> entering = new FutureTask<>(() -> next.go("vol"));
            Thread.ofPlatform().daemon().start(entering);
            awaitInside("ServedExport", "pause", 1);
            held.countDown();
            entering.get();
            assertOneSliceOnly();
        }
    }
}
