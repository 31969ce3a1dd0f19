package dev.ashlar.nbd.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.nbd.testkit.Tool;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** libnbd against a RAID 6, each test a script of nbdsh: what libnbd negotiates, and every call it has. */
@Tag("interop")
@Timeout(300)
class LibnbdTest {
    private static final Tool NBDSH = new Tool("nbdsh", "libnbd-bin and python3-libnbd");
    private static final long MEMBER_BYTES = 41L << 20;

    private static final String BEGIN = """
            import errno
            MIB = 1 << 20
            def expect(number, call, *words):
                try:
                    call(*words)
                except nbd.Error as e:
                    assert e.errnum == number, (call, words, e.string, e.errnum, number)
                else:
                    raise AssertionError(('no error', call, words))
            def extents(h, count, offset, name='base:allocation', flags=0):
                found = []
                def told(context, at, entries, error):
                    if context == name:
                        found.extend(zip(entries[::2], entries[1::2]))
                h.block_status(count, offset, told, flags)
                merged = []
                for length, state in found:
                    if merged and merged[-1][1] == state:
                        merged[-1] = (merged[-1][0] + length, state)
                    else:
                        merged.append((length, state))
                return merged
            """;

    @TempDir
    Path dir;

    private ServedRaid6 raid;

    @BeforeEach
    void serve() throws IOException {
        raid = new ServedRaid6(dir, MEMBER_BYTES);
    }

    @AfterEach
    void close() throws IOException {
        raid.close();
    }

    private void nbdsh(String script) throws IOException, InterruptedException {
        String whole = BEGIN + "uri = '" + raid.unix() + "'\ntcp = '" + raid.tcp() + "'\n" + script
                + "print('as expected')\n";
        assertThat(NBDSH.orSkip(dir, "-c", "pass").run(dir, "-c", whole)).contains("as expected");
    }

    @Test
    void infoAgreesWithGoAndListNamesTheExport() throws Exception {
        nbdsh("""
                h.set_opt_mode(True)
                h.add_meta_context('base:allocation')
                h.add_meta_context('x-ashlar:redundancy')
                h.set_full_info(True)
                h.connect_uri(uri)
                assert h.aio_is_negotiating()
                names = []
                assert h.opt_list(lambda name, description: names.append((name, description))) == 1
                assert names == [('raid', 'six images')], names
                contexts = []
                h.opt_list_meta_context(contexts.append)
                assert sorted(contexts) == ['base:allocation', 'x-ashlar:redundancy'], contexts
                def facts():
                    return [h.get_size(), h.is_read_only(), h.can_df(), h.can_flush(), h.can_fua(), h.can_trim(),
                            h.can_zero(), h.can_fast_zero(), h.can_cache(), h.can_multi_conn(), h.is_rotational(),
                            h.get_canonical_export_name(), h.get_export_description()] \\
                            + [h.get_block_size(i) for i in range(3)]
                h.opt_info()
                told = facts()
                h.set_export_name('nothing')
                expect(errno.ENOENT, h.opt_info)
                h.set_export_name('raid')
                h.opt_go()
                assert facts() == told, (facts(), told)
                assert h.get_structured_replies_negotiated()
                assert h.can_meta_context('base:allocation') and h.can_meta_context('x-ashlar:redundancy')
                assert told[11:13] == ['raid', 'six images'], told
                assert told[13] == 1 and told[15] == 64 * MIB, told
                """);
    }

    @Test
    void everyCallWithEveryFlagDoesWhatItSays() throws Exception {
        nbdsh("""
                h.connect_uri(tcp)
                size, fua = h.get_size(), nbd.CMD_FLAG_FUA
                h.pwrite(b'a' * 3 * MIB, 0, fua)
                assert h.pread(3 * MIB, 0) == b'a' * 3 * MIB
                h.zero(MIB, 1000)
                assert h.pread(MIB + 2000, 0) == b'a' * 1000 + bytes(MIB) + b'a' * 1000
                h.zero(MIB, 2 * MIB, nbd.CMD_FLAG_NO_HOLE | fua)
                assert h.pread(MIB, 2 * MIB) == bytes(MIB)
                if h.can_fast_zero():
                    try:
                        h.zero(4 * MIB, 0, nbd.CMD_FLAG_FAST_ZERO)
                    except nbd.Error as e:
                        assert e.errnum == errno.ENOTSUP, e.string
                    else:
                        assert h.pread(3 * MIB, 0) == bytes(3 * MIB)
                h.pwrite(b'b' * 100, size - 100)
                assert h.pread(100, size - 100) == b'b' * 100
                h.trim(MIB, 8 * MIB, fua)
                assert h.pread(MIB, 8 * MIB) == bytes(MIB)
                if h.can_cache():
                    h.cache(4 * MIB, 0)
                h.flush()
                whole = h.pread_structured(2 * MIB, 0, lambda *_: 0, nbd.CMD_FLAG_DF)
                assert whole == h.pread(2 * MIB, 0)
                """);
    }

    @Test
    void sixtyFourMebibytesAtOnce() throws Exception {
        nbdsh("""
                h.connect_uri(uri)
                data = bytes(range(256)) * (64 * MIB // 256)
                h.pwrite(data, 3 * MIB)
                assert h.pread(64 * MIB, 3 * MIB) == data
                h.zero(64 * MIB, 3 * MIB)
                assert h.pread(64 * MIB, 3 * MIB) == bytes(64 * MIB)
                """);
    }

    @Test
    void holesAreToldInStatusAndInReads() throws Exception {
        nbdsh("""
                h.add_meta_context('base:allocation')
                h.connect_uri(uri)
                assert h.can_meta_context('base:allocation')
                size, hole = 64 * MIB, nbd.STATE_HOLE | nbd.STATE_ZERO
                assert extents(h, size, 0) == [(size, hole)], extents(h, size, 0)
                h.pwrite(b'x' * MIB, 16 * MIB)
                expected = [(16 * MIB, hole), (MIB, 0), (size - 17 * MIB, hole)]
                assert extents(h, size, 0) == expected, extents(h, size, 0)
                one = []
                h.block_status(size, 5 * MIB, lambda c, o, e, err: one.extend(e), nbd.CMD_FLAG_REQ_ONE)
                assert len(one) == 2 and 0 < one[0] <= 11 * MIB and one[1] == hole, one
                chunks = []
                def chunk(data, offset, status, error):
                    chunks.append((offset, len(data), status))
                    if status == nbd.READ_HOLE:
                        assert data == bytes(len(data))
                data = h.pread_structured(3 * MIB, 15 * MIB, chunk)
                assert data == bytes(MIB) + b'x' * MIB + bytes(MIB)
                assert sum(length for _, length, _ in chunks) == 3 * MIB, chunks
                assert {status for _, _, status in chunks} == {nbd.READ_DATA, nbd.READ_HOLE}, chunks
                chunks.clear()
                h.pread_structured(3 * MIB, 15 * MIB, chunk, nbd.CMD_FLAG_DF)
                assert len(chunks) == 1, chunks
                h.trim(MIB, 16 * MIB)
                assert extents(h, size, 0) == [(size, hole)], extents(h, size, 0)
                """);
    }

    @Test
    void redundancyIsAContextOfItsOwn() throws Exception {
        String look = """
                h = nbd.NBD()
                h.add_meta_context('x-ashlar:redundancy')
                h.connect_uri(uri)
                assert not h.can_meta_context('base:allocation')
                found = extents(h, h.get_size(), 0, 'x-ashlar:redundancy')
                """;
        nbdsh(look + "assert found == [(h.get_size(), 0)], found\n");
        raid.array().failMember(raid.member(2));
        nbdsh(look + "assert found == [(h.get_size(), 1)], found\n");
    }

    @Test
    void wrongRequestsGetTheProtocolsErrorsAndTheConnectionLives() throws Exception {
        nbdsh("""
                h.set_strict_mode(0)
                h.connect_uri(tcp)
                size = h.get_size()
                h.pwrite(b'kept' * 128, 0)
                def unharmed():
                    assert h.pread(512, 0) == b'kept' * 128
                past = [(errno.EINVAL, h.pread, 512, size), (errno.EINVAL, h.pread, 512, size - 511),
                        (errno.EINVAL, h.trim, 512, size), (errno.ENOSPC, h.zero, 512, size - 1),
                        (errno.ENOSPC, h.pwrite, b'x' * 512, size), (errno.ENOSPC, h.pwrite, b'x' * MIB, size - 1),
                        (errno.EINVAL, h.pread, 512, (1 << 63) - 1024)]
                unknown = [(errno.EINVAL, h.pread, 512, 0, 1 << 9), (errno.EINVAL, h.pwrite, b'x' * MIB, 0, 1 << 10),
                        (errno.EINVAL, h.zero, 512, 0, 1 << 11), (errno.EINVAL, h.trim, 512, 0, 1 << 12),
                        (errno.EINVAL, h.flush, 1 << 13), (errno.EINVAL, h.cache, 512, 0, 1 << 14),
                        (errno.EINVAL, h.pwrite, b'x', 0, nbd.CMD_FLAG_FAST_ZERO),
                        (errno.EINVAL, h.block_status, 512, 0, lambda *_: 0)]
                for case in past + unknown:
                    expect(*case)
                    unharmed()
                """);
    }

    @Test
    void manyRequestsAreInFlightAtOnce() throws Exception {
        nbdsh("""
                h.connect_uri(uri)
                block = 128 << 10
                def drain():
                    while h.aio_in_flight() > 0:
                        h.poll(-1)
                cookies = [h.aio_pwrite(bytes([i]) * block, i * block) for i in range(64)]
                drain()
                assert all(h.aio_command_completed(cookie) for cookie in cookies)
                buffers = [nbd.Buffer(block) for _ in range(64)]
                cookies = [h.aio_pread(buffer, i * block) for i, buffer in enumerate(buffers)]
                drain()
                assert all(h.aio_command_completed(cookie) for cookie in cookies)
                assert all(buffer.to_bytearray() == bytes([i]) * block for i, buffer in enumerate(buffers))
                """);
    }
}
