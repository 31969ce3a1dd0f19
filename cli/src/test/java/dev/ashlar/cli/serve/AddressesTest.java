package dev.ashlar.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.nbd.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @Test
    void readsAddressesOfEveryForm() {
        assertThat(HostPort.parse("127.0.0.1:10810")).isEqualTo(new HostPort("127.0.0.1", 10810));
        assertThat(HostPort.parse("disk.example")).isEqualTo(new HostPort("disk.example", 10809));
        assertThat(HostPort.parse("[::1]:0")).isEqualTo(new HostPort("::1", 0));
        assertThat(HostPort.parse("[::1]")).isEqualTo(new HostPort("::1", 10809));
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1", "host:", "host:65536", "host:x", "[::1:10809"})
    void refusesOtherAddresses(String text) {
        assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void escapesWhatAUriCannotHold() {
        assertThat(Uris.tcp(new HostPort("0.0.0.0", 10809)).of("my data?", false))
                .isEqualTo("nbd://127.0.0.1:10809/my%20data%3F");
        assertThat(Uris.tcp(new HostPort("::1", 1)).of("a", true)).isEqualTo("nbds://[::1]:1/a");
        assertThat(Uris.unix(Path.of("/tmp/a b/s.sock")).of("ä", false))
                .isEqualTo("nbd+unix:///%C3%A4?socket=/tmp/a%20b/s.sock");
    }

    @Test
    void namesAddressesOfAServiceManager() {
        InetSocketAddress any = new InetSocketAddress("::", 10809);
        assertThat(Uris.of(new Endpoint.Tcp(any)).of("a", false)).isEqualTo("nbd://[::1]:10809/a");
        assertThat(Uris.of(new Endpoint.Unix(Path.of("/run/a.sock"))).of("a", true))
                .isEqualTo("nbds+unix:///a?socket=/run/a.sock");
        assertThat(Uris.of(new Endpoint.Unix(Path.of("@a"))).of("a", false))
                .isEqualTo("nbd+unix:///a?socket=%00a");
        assertThat(Uris.of(new Endpoint.Vsock(-2)).of("a", false)).isEqualTo("nbd+vsock://2:4294967294/a");
    }

    @Test
    void aSocketThatWasPassedIsTheOneThatIsNamed() throws Exception {
        HostPort four = new HostPort("127.0.0.1", 10809);
        HostPort six = new HostPort("::1", 10809);
        HostPort other = new HostPort("127.0.0.1", 10810);
        Path socket = Path.of("/run/a.sock");
        Listening named = new Listening(List.of(four, six, other), List.of(socket, Path.of("/run/b")), null);
        assertThat(named.without(List.of(tcp("127.0.0.1", 10809), new Endpoint.Unix(socket))))
                .isEqualTo(new Listening(List.of(six, other), List.of(Path.of("/run/b")), null));
        assertThat(named.without(List.of(tcp("0.0.0.0", 10809))).listens()).containsExactly(six, other);
        assertThat(named.without(List.of(tcp("::", 10809), new Endpoint.Vsock(10810))).listens())
                .containsExactly(other);
        assertThat(named.without(List.of())).isEqualTo(named);
        Listening machines = new Listening(List.of(), List.of(), List.of(10809, 10810), null);
        assertThat(machines.without(List.of(new Endpoint.Vsock(10810))).vsocks()).containsExactly(10809);
        assertThat(named.certain(true).listens()).as("may all be those that are passed").isEmpty();
        assertThat(Listening.NONE.certain(false).listens()).containsExactly(Listening.DEFAULT);
    }

    private static Endpoint tcp(String address, int port) throws Exception {
        return new Endpoint.Tcp(new InetSocketAddress(InetAddress.getByName(address), port));
    }

    @Test
    void aPortAloneIsOneOfTheLoopbackAddress() {
        assertThat(HostPort.parseLocal("9100")).isEqualTo(new HostPort("127.0.0.1", 9100));
        assertThat(HostPort.parseLocal("[::]:9100")).isEqualTo(new HostPort("::", 9100));
        for (String text : List.of("", "localhost", "[::1]", "70000", "-1")) {
            assertThatThrownBy(() -> HostPort.parseLocal(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anAddressThatCannotBeHadIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HostPort address = new HostPort("127.0.0.1", taken.getLocalPort());
            assertThatThrownBy(() -> Addresses.requireFree(
                            new Listening(List.of(address), List.of(), null)))
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
        }
        for (Path socket : List.of(Path.of("/no/such/s"), Path.of("/tmp/" + "x".repeat(103)))) {
            assertThatThrownBy(() -> Addresses.requireFree(
                            new Listening(List.of(), List.of(socket), null)))
                    .hasMessageContaining(socket.toString());
        }
    }
}
