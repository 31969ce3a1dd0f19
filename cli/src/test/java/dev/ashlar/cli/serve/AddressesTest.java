package dev.ashlar.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
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
        assertThat(Uris.tcp(new HostPort("0.0.0.0", 10809), "my data?"))
                .isEqualTo("nbd://127.0.0.1:10809/my%20data%3F");
        assertThat(Uris.tcp(new HostPort("::1", 1), "a")).isEqualTo("nbd://[::1]:1/a");
        assertThat(Uris.unix(Path.of("/tmp/a b/s.sock"), "ä"))
                .isEqualTo("nbd+unix:///%C3%A4?socket=/tmp/a%20b/s.sock");
    }

    @Test
    void anAddressThatCannotBeHadIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HostPort address = new HostPort("127.0.0.1", taken.getLocalPort());
            assertThatThrownBy(() -> Addresses.requireFree(
                            new ServeConfig(List.of(address), List.of(), List.of(), List.of())))
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
        }
        for (Path socket : List.of(Path.of("/no/such/s"), Path.of("/tmp/" + "x".repeat(103)))) {
            assertThatThrownBy(() -> Addresses.requireFree(
                            new ServeConfig(List.of(), List.of(socket), List.of(), List.of())))
                    .hasMessageContaining(socket.toString());
        }
    }
}
