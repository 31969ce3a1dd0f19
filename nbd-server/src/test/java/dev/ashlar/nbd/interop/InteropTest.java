package dev.ashlar.nbd.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.server.NbdServer;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that others wrote, over Unix socket and TCP. A test is skipped, by the tool's name, where it is missing. */
@Tag("interop")
@Timeout(300)
class InteropTest {
    private static final Tool NBDINFO = new Tool("nbdinfo", "libnbd-bin");
    private static final Tool NBDCOPY = new Tool("nbdcopy", "libnbd-bin");
    private static final Tool NBDSH = new Tool("nbdsh", "libnbd-bin and python3-libnbd");
    private static final Tool QEMU_IMG = new Tool("qemu-img", "qemu-utils");
    private static final Tool QEMU_IO = new Tool("qemu-io", "qemu-utils");
    private static final Tool FIO = new Tool("fio", "fio");
    private static final int MIB = 1 << 20;
    private static final long SIZE = 64L * MIB;

    @TempDir
    Path dir;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(SIZE));
    private final BlockDevice second = new MemoryDevice(SIZE);
    private NbdServer server;
    private int port;

    @BeforeEach
    void serve() throws IOException {
        server = new NbdServer();
        server.addExport(new Export("vol", "interop volume", device));
        server.addExport(new Export("second", "", second));
        server.listenUnix(dir.resolve("s"));
        port = server.listenTcp("127.0.0.1", 0).getPort();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        device.close();
        second.close();
    }

    private String unix(String export) {
        return "nbd+unix:///" + export + "?socket=" + dir.resolve("s");
    }

    private String tcp(String export) {
        return "nbd://127.0.0.1:" + port + "/" + export;
    }

    private Path randomImage(String name) throws IOException {
        byte[] content = new byte[(int) SIZE];
        new Random(20).nextBytes(content);
        return Files.write(dir.resolve(name), content);
    }

    @Test
    void nbdinfoSeesTheExportAsItIs() throws Exception {
        String info = NBDINFO.orSkip().run(dir, "--json", unix("vol"));
        assertThat(info.replaceAll("\\s", "")).contains(
                "\"protocol\":\"newstyle-fixed\"", "\"structured\":true", "\"export-name\":\"vol\"",
                "\"description\":\"interopvolume\"", "\"export-size\":" + SIZE, "\"is_read_only\":false",
                "\"can_df\":true", "\"can_flush\":true", "\"can_fua\":true", "\"can_multi_conn\":true",
                "\"can_trim\":true", "\"can_zero\":true", "\"can_cache\":true", "\"can_fast_zero\":true",
                "\"block_size_minimum\":1", "\"block_size_preferred\":4096", "\"block_size_maximum\":67108864");
    }

    @Test
    void nbdinfoListsAllExportsOverTcp() throws Exception {
        String list = NBDINFO.orSkip().run(dir, "--list", tcp(""));
        assertThat(list).contains("export=\"vol\"", "export=\"second\"", "interop volume");
    }

    @ParameterizedTest
    @CsvSource({"1, true", "4, true", "1, false", "4, false"})
    void nbdcopyRoundTripIsExact(int connections, boolean overUnix) throws Exception {
        Path in = randomImage("in");
        Path out = dir.resolve("out");
        String uri = overUnix ? unix("vol") : tcp("vol");
        NBDCOPY.orSkip().run(dir, "--flush", "--connections=" + connections, in.toString(), uri);
        NBDCOPY.run(dir, "--connections=" + connections, uri, out.toString());
        assertThat(Files.mismatch(in, out)).isEqualTo(-1);
        assertThat(device.calls()).contains("flush");
    }

    @Test
    void qemuImgConvertsAndComparesBothWays() throws Exception {
        Path in = randomImage("in");
        QEMU_IMG.orSkip().run(dir, "convert", "-n", "-f", "raw", "-O", "raw", in.toString(), unix("vol"));
        assertThat(QEMU_IMG.run(dir, "compare", "-f", "raw", "-F", "raw", in.toString(), tcp("vol")))
                .contains("Images are identical");
        Path out = dir.resolve("out.qcow2");
        QEMU_IMG.run(dir, "convert", "-f", "raw", "-O", "qcow2", unix("vol"), out.toString());
        assertThat(QEMU_IMG.run(dir, "compare", "-F", "raw", out.toString(), in.toString()))
                .contains("Images are identical");
    }

    @Test
    void qemuIoWritesZeroesTrimsAndVerifiesPatterns() throws Exception {
        String output = QEMU_IO.orSkip().run(dir, "-f", "raw", "-t", "none", "-d", "unmap",
                "-c", "write -P 0xab 0 1M", "-c", "write -f -P 0xcd 777 12345", "-c", "write -z -u 256k 128k",
                "-c", "write -z 512k 4k", "-c", "read -P 0xab 0 777", "-c", "read -P 0xcd 777 12345",
                "-c", "read -P 0 256k 128k", "-c", "read -P 0 512k 4k", "-c", "discard 2M 1M", "-c", "read -P 0 2M 1M",
                "-c", "write -P 0x11 8M 32M", "-c", "read -P 0x11 8M 32M", "-c", "flush", unix("vol"));
        assertThat(output).doesNotContainIgnoringCase("failed").doesNotContainIgnoringCase("error");
        assertThat(device.calls())
                .anyMatch(call -> call.startsWith("trim ") && call.endsWith("+" + MIB))
                .anyMatch(call -> call.startsWith("writeZeroes ") && call.endsWith(" unmap"))
                .anyMatch(call -> call.startsWith("writeZeroes ") && !call.endsWith(" unmap"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void fioVerifiesMixedRandomLoad(int jobs) throws Exception {
        String output = FIO.orSkip().run(dir, "--name=verify", "--ioengine=nbd", "--uri=" + unix("vol"),
                "--rw=randrw", "--bsrange=512-128k", "--iodepth=16", "--numjobs=" + jobs, "--size=" + SIZE / jobs,
                "--offset_increment=" + SIZE / jobs, "--io_size=16M", "--verify=crc32c", "--verify_fatal=1",
                "--do_verify=1", "--randrepeat=1", "--fsync=64", "--group_reporting");
        assertThat(output).contains("err= 0");
        assertThat(device.calls()).contains("flush");
    }

    @Test
    void nbdshReadsErrorsAsTheProtocolNamesThem() throws Exception {
        device.script(call -> {
            if (call.startsWith("read 4096+")) {
                throw new DeviceException("disk", "read", 4096, 512, "planted");
            }
        });
        String script = String.join("\n", List.of(
                "import errno",
                "h.set_strict_mode(0)",
                "def expect(number, call):",
                "    try:",
                "        call()",
                "    except nbd.Error as e:",
                "        assert e.errnum == number, (e.errnum, number)",
                "        return",
                "    assert False, 'no error'",
                "size = h.get_size()",
                "h.pwrite(b'x' * 512, 0, nbd.CMD_FLAG_FUA)",
                "assert h.pread(512, 0) == b'x' * 512",
                "expect(errno.EIO, lambda: h.pread(512, 4096))",
                "expect(errno.EINVAL, lambda: h.pread(512, size))",
                "expect(errno.ENOSPC, lambda: h.pwrite(b'x' * 512, size))",
                "expect(errno.EINVAL, lambda: h.trim(512, size))",
                "expect(errno.ENOSPC, lambda: h.zero(512, size))",
                "h.cache(512, 0)",
                "h.zero(256, 0, nbd.CMD_FLAG_NO_HOLE)",
                "assert h.pread(512, 0, nbd.CMD_FLAG_DF) == bytes(256) + b'x' * 256",
                "h.flush()",
                "print('all as expected')"));
        assertThat(NBDSH.orSkip(dir, "-c", "pass").run(dir, "-u", unix("vol"), "-c", script))
                .contains("all as expected");
    }
}
