package dev.ashlar.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Endpoint;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.testkit.Tool;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Listening on vsock, and a client over its loopback, which is a module of the kernel that not every system has. */
@Timeout(60)
class VsockTest {
    private static final Tool PYTHON = new Tool("python3", "python3");
    private static final Tool NBDSH = new Tool("nbdsh", "libnbd-bin and python3-libnbd");

    @TempDir
    Path dir;

    private final MemoryDevice device = new MemoryDevice(1 << 20);
    private final NbdServer server = new NbdServer();

    @AfterEach
    void close() throws IOException {
        server.close();
        device.close();
    }

    private int listen() throws IOException {
        server.addExport(new Export("vol", "", device));
        try {
            return server.listenVsock(0);
        } catch (BindException e) {
            assumeTrue(false, () -> "no vsock here: " + e.getMessage());
            throw e;
        }
    }

    @Test
    void freePortIsToldAndOneThatIsTakenIsNamed() throws IOException {
        int port = listen();
        assertThat(server.addresses()).containsExactly(new Endpoint.Vsock(port));
        assertThatThrownBy(() -> server.listenVsock(port))
                .isInstanceOf(BindException.class).hasMessageContaining("vsock:" + Integer.toUnsignedString(port));
    }

    @Test
    void clientComesOverTheLoopback() throws Exception {
        int port = listen();
        requireLoopback();
        NBDSH.orSkip(dir, "-c", "pass");
        String uri = "nbd+vsock://1:" + Integer.toUnsignedString(port) + "/vol";
        String said = NBDSH.run(dir, "-u", uri, "-c", "h.pwrite(b'vsock', 512); print(h.pread(5, 512))");
        assertThat(said).contains("b'vsock'");
    }

    /** Machine 1 is this one, where the module vsock_loopback is loaded; elsewhere connecting waits in vain. */
    private void requireLoopback() throws Exception {
        PYTHON.orSkip();
        String attempt = "import socket; a = socket.socket(40, 1); a.bind((0xffffffff, 0xffffffff)); a.listen(); "
                + "b = socket.socket(40, 1); b.settimeout(1); b.connect((1, a.getsockname()[1]))";
        assumeTrue(PYTHON.tryRun(dir, "-c", attempt).exitCode() == 0,
                "no loopback of vsock here (the kernel's module vsock_loopback)");
    }
}
