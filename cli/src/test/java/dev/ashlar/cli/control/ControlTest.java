package dev.ashlar.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.DeviceException;
import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.ArrayPicture;
import dev.ashlar.cli.show.Statuses;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.SyncAction;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlTest {
    private final Recorder array = new Recorder();
    private ControlServer server;

    /** Remembers what it was asked, and fails when told to. */
    private static final class Recorder implements ControlledArray {
        private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
        private IOException failure;

        private void call(String call) throws IOException {
            if (failure != null) {
                throw failure;
            }
            calls.add(call);
        }

        @Override
        public UUID uuid() {
            return Statuses.ARRAY;
        }

        @Override
        public ArrayPicture picture() {
            return Statuses.served();
        }

        @Override
        public void fail(String member) throws IOException {
            call("fail " + member);
        }

        @Override
        public void remove(String member) throws IOException {
            call("remove " + member);
        }

        @Override
        public String add(String member, boolean force) throws IOException {
            call("add " + member + " " + force);
            return "taken as a spare";
        }

        @Override
        public void requestAction(SyncAction action) throws IOException {
            call(action.word());
        }

        @Override
        public void export(ExportSetting setting) throws IOException {
            call("export " + setting);
        }

        @Override
        public void unexport(String name) throws IOException {
            call("unexport " + name);
        }

        @Override
        public void mark(String name) throws IOException {
            call("mark " + name);
        }

        @Override
        public void unmark(String name) throws IOException {
            call("unmark " + name);
        }

        @Override
        public void stop() throws IOException {
            call("stop");
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = ControlServer.start(new ControlledDaemon() {
            @Override
            public List<ControlledArray> arrays() {
                return List.of(array);
            }

            @Override
            public Reloaded reload() throws IOException {
                array.call("reload");
                return new Reloaded(List.of("a", "b"), List.of("c"));
            }
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ControlClient client(UUID uuid, String token) {
        return new ControlClient(
                new Endpoint(uuid, "data", List.of("data"), 1, 0, server.port(), token, List.of(), List.of()));
    }

    private ControlClient client() {
        return client(Statuses.ARRAY, server.token());
    }

    @Test
    void everyVerbReachesTheArray() throws IOException {
        ControlClient client = client();
        assertThat(client.status()).isEqualTo(Statuses.degraded());
        assertThat(client.picture()).isEqualTo(Statuses.served());
        assertThat(client.progress()).isEqualTo(new Progress(Statuses.degraded(), false));
        client.fail("/d/m\"0\" ä");
        client.remove("/d/m0");
        assertThat(client.add("/d/m9", true)).isEqualTo("taken as a spare");
        client.request(SyncAction.CHECK);
        client.request(SyncAction.REPAIR);
        client.request(SyncAction.IDLE);
        ExportSetting setting = Statuses.served().exports().getLast().setting();
        assertThat(client.export(setting)).isEqualTo(Statuses.served());
        client.unexport("ä b");
        client.mark("monday");
        client.unmark("monday");
        assertThat(client.reload()).isEqualTo(new Reloaded(List.of("a", "b"), List.of("c")));
        client.stop();
        assertThat(array.calls).containsExactly(
                "fail /d/m\"0\" ä", "remove /d/m0", "add /d/m9 true", "check", "repair", "idle", "export " + setting,
                "unexport ä b", "mark monday", "unmark monday", "reload", "stop");
    }

    @Test
    void aRefusalEndsTheVerbAsItWouldOnAStoppedArray() {
        array.failure = new ArrayRefusedException("the last copy stays");
        failsWith(ExitCode.REFUSED, "the last copy stays");
        array.failure = new DeviceException("/d/m0", "write", 0, 512, "No such device");
        failsWith(ExitCode.IO_ERROR, "/d/m0: write failed: No such device");
    }

    private void failsWith(int exitCode, String message) {
        assertThatThrownBy(() -> client().fail("/d/m0"))
                .isInstanceOfSatisfying(CommandFailure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(exitCode);
                    assertThat(failure).hasMessageContaining(message);
                });
    }

    @Test
    void nothingIsDoneForAWrongToken() {
        assertThatThrownBy(() -> client(Statuses.ARRAY, "guess").stop()).hasMessageContaining("wrong token");
        assertThat(array.calls).isEmpty();
    }

    @Test
    void anArrayThatIsNotServedIsSaidToBe() {
        assertThatThrownBy(() -> client(new UUID(9, 9), server.token()).status())
                .hasMessageContaining("does not serve");
    }

    @Test
    void aDaemonThatIsGoneIsNamed() {
        server.close();
        assertThatThrownBy(() -> client().status())
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("does not answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "GET / HTTP/1.1", "GET /v1/arrays/ HTTP/1.1", "POST /v1/arrays/x/y/z HTTP/1.1",
        "DELETE /v1/arrays/x/fail HTTP/1.1",
        "GET /v1/arrays/01234567-89ab-cdef-0123-456789abcdef/fail HTTP/1.1",
        "POST /v1/arrays/01234567-89ab-cdef-0123-456789abcdef/format HTTP/1.1",
        "POST /v1/arrays/01234567-89ab-cdef-0123-456789abcdef/fail HTTP/1.1",
        "POST /v1/arrays/01234567-89ab-cdef-0123-456789abcdef/export HTTP/1.1"
    })
    void strangeRequestsGetAnErrorInJson(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                InputStream in = socket.getInputStream()) {
            String head = request + "\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\nAuthorization: Bearer "
                    + server.token() + "\r\n\r\n[]";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            String reply = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(reply).matches("(?s)HTTP/1.1 (4|5)[0-9][0-9] .*").contains("\"error\"");
        }
        assertThat(array.calls).isEmpty();
    }
}
