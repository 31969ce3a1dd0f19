package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.ERR_UNKNOWN;
import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.OPT_INFO;
import static dev.ashlar.nbd.testkit.WireClient.OPT_LIST;
import static dev.ashlar.nbd.testkit.WireClient.REP_ACK;
import static dev.ashlar.nbd.testkit.WireClient.REP_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.AddressRange;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Exports for some addresses or users only, asked for over TCP and a Unix socket. */
@Timeout(60)
class AccessRulesTest {
    @TempDir
    Path dir;

    private final MemoryDevice device = new MemoryDevice(1 << 20);
    private final NbdServer server = new NbdServer();
    private InetSocketAddress tcp;

    @BeforeEach
    void serve() throws IOException {
        tcp = server.listenTcp("127.0.0.1", 0);
        server.listenUnix(dir.resolve("s"));
        int own = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        add("near", rules("127.0.0.0/8"));
        add("far", rules("192.0.2.0/24", "2001:db8::/32"));
        add("mine", new PeerRules(false, List.of(), List.of(own + 1, own), List.of()));
        add("yours", new PeerRules(false, List.of(), List.of(own + 1), List.of()));
    }

    private void add(String name, PeerRules rules) {
        server.addExport(new Export(name, "", device).withRules(rules));
    }

    private static PeerRules rules(String... ranges) {
        List<AddressRange> addresses = List.of(ranges).stream().map(AddressRange::parse).toList();
        return new PeerRules(false, addresses, List.of(), List.of());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        device.close();
    }

    private static List<String> list(WireClient client) throws IOException {
        return client.optionReplies(OPT_LIST, new byte[0]).stream()
                .filter(reply -> reply.type() == REP_SERVER)
                .map(reply -> StandardCharsets.UTF_8.decode(reply.data().slice(4, reply.data().getInt(0))).toString())
                .toList();
    }

    private static int ask(WireClient client, int option, String export) throws IOException {
        return client.optionReplies(option, WireClient.infoData(export)).getLast().type();
    }

    @Test
    void addressesAreForTcp() throws IOException {
        try (WireClient client = WireClient.connect(tcp).greet(3)) {
            assertThat(list(client)).containsExactly("near", "mine", "yours");
            assertThat(ask(client, OPT_INFO, "far")).isEqualTo(ERR_UNKNOWN);
            assertThat(ask(client, OPT_GO, "far")).isEqualTo(ERR_UNKNOWN);
            assertThat(ask(client, OPT_GO, "near")).isEqualTo(REP_ACK);
            assertThat(client.read(0, 512)).hasSize(512);
        }
    }

    @Test
    void usersAreForUnixSockets() throws IOException {
        try (WireClient client = WireClient.connect(dir.resolve("s")).greet(3)) {
            assertThat(list(client)).containsExactly("near", "far", "mine");
            assertThat(ask(client, OPT_INFO, "yours")).isEqualTo(ERR_UNKNOWN);
            assertThat(ask(client, OPT_GO, "yours")).isEqualTo(ERR_UNKNOWN);
            assertThat(ask(client, OPT_GO, "mine")).isEqualTo(REP_ACK);
            assertThat(client.read(0, 512)).hasSize(512);
        }
    }
}
