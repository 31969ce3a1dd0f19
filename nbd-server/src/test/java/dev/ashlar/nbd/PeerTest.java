package dev.ashlar.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerTest {
    private static Peer tcp(String address, int port) throws UnknownHostException {
        return new Peer(address + ":" + port, InetAddress.getByName(address), -1, false, List.of());
    }

    private static Peer local(String text, int uid) {
        return new Peer(text, null, uid, false, List.of());
    }

    @Test
    void strangersAreToldApartByAddressUserOrMachine() throws UnknownHostException {
        assertThat(tcp("192.0.2.1", 5000).client()).isEqualTo(tcp("192.0.2.1", 5001).client());
        assertThat(tcp("192.0.2.1", 5000).client()).isNotEqualTo(tcp("192.0.2.2", 5000).client());
        assertThat(local("unix:/s", 1000).client()).isEqualTo(local("unix:/t", 1000).client());
        assertThat(local("unix:/s", 1000).client()).isNotEqualTo(local("unix:/s", 1001).client());
        assertThat(local("vsock:3", -1).client()).isEqualTo(local("vsock:3", -1).client());
        assertThat(local("vsock:3", -1).client()).isNotEqualTo(local("vsock:4", -1).client());
    }

    @Test
    void whoHasProvenAnIdentityIsTheSameFromAnywhere() throws UnknownHostException {
        List<String> alice = List.of("CN=alice", "SUBJECT=CN=alice");
        Peer here = tcp("192.0.2.1", 5000).withTls(alice);
        assertThat(here.client()).isEqualTo(tcp("192.0.2.2", 5000).withTls(alice).client())
                .isEqualTo(local("unix:/s", 1000).withTls(alice).client())
                .isNotEqualTo(tcp("192.0.2.1", 5000).withTls(List.of("CN=bob")).client());
        assertThat(tcp("192.0.2.1", 5000).withTls(List.of()).client()).isEqualTo("192.0.2.1");
    }
}
