package dev.ashlar.nbd.server;

import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import dev.ashlar.nbd.testkit.Wire;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A server and what reaches it; each test of a subclass runs over each {@link Wire}. */
@ParameterizedClass
@EnumSource(Wire.class)
@Timeout(120)
abstract class WireTestBase {
    @Parameter
    Wire wire;

    @TempDir
    Path dir;

    Path socket;
    NbdServer server;
    private final List<NbdServer> others = new ArrayList<>();

    @BeforeEach
    void listen() throws IOException {
        socket = dir.resolve("s");
        server = new NbdServer();
        wire.prepare(server, dir);
        server.listenUnix(socket);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        others.forEach(NbdServer::close);
    }

    /** A second server at {@code name}, with limits of its own. */
    NbdServer serve(String name, ServerLimits limits, Export... exports) throws IOException {
        NbdServer other = new NbdServer(limits);
        others.add(other);
        wire.prepare(other, dir);
        for (Export export : exports) {
            other.addExport(export);
        }
        other.listenUnix(dir.resolve(name));
        return other;
    }

    /** Waits until something is so; ends with the time limit of the test. */
    static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new AssertionError("waited in vain");
            }
            Thread.yield();
        }
    }

    /** Waits until so many threads are inside a method. */
    static void awaitInside(String className, String methodName, int threads) {
        await(() -> Thread.getAllStackTraces().values().stream()
                .filter(stack -> Arrays.stream(stack).anyMatch(frame ->
                        frame.getClassName().endsWith("." + className) && frame.getMethodName().equals(methodName)))
                .count() >= threads);
    }

    WireClient greeted() throws IOException {
        return wire.greeted(socket);
    }

    StyledClient open(Style style, String... contexts) throws IOException {
        return StyledClient.open(wire, socket, "vol", style, contexts);
    }
}
