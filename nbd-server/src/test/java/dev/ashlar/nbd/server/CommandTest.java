package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.StyledClient.BLOCK_STATUS;
import static dev.ashlar.nbd.testkit.StyledClient.ENOTSUP;
import static dev.ashlar.nbd.testkit.StyledClient.FAST_ZERO;
import static dev.ashlar.nbd.testkit.StyledClient.PAYLOAD_LEN;
import static dev.ashlar.nbd.testkit.StyledClient.REQ_ONE;
import static dev.ashlar.nbd.testkit.WireClient.CACHE;
import static dev.ashlar.nbd.testkit.WireClient.DF;
import static dev.ashlar.nbd.testkit.WireClient.DISC;
import static dev.ashlar.nbd.testkit.WireClient.EINVAL;
import static dev.ashlar.nbd.testkit.WireClient.EIO;
import static dev.ashlar.nbd.testkit.WireClient.ENOMEM;
import static dev.ashlar.nbd.testkit.WireClient.ENOSPC;
import static dev.ashlar.nbd.testkit.WireClient.EPERM;
import static dev.ashlar.nbd.testkit.WireClient.FLUSH;
import static dev.ashlar.nbd.testkit.WireClient.FUA;
import static dev.ashlar.nbd.testkit.WireClient.NO_HOLE;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.TRIM;
import static dev.ashlar.nbd.testkit.WireClient.WRITE;
import static dev.ashlar.nbd.testkit.WireClient.WRITE_ZEROES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.block.NoSpaceException;
import dev.ashlar.block.ReadOnlyDeviceException;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.testkit.Chunk;
import dev.ashlar.nbd.testkit.Reply;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows of the table "Commands and their flags" in docs/nbd.md, each in every reply style. */
class CommandTest extends WireTestBase {
    private static final long SIZE = 8L << 20;
    private static final int[] WITHOUT_PAYLOAD = {READ, FLUSH, TRIM, CACHE, WRITE_ZEROES, BLOCK_STATUS};
    private static final Map<Integer, Integer> OWN_FLAGS = Map.of(
            READ, DF, WRITE, 0, FLUSH, 0, TRIM, 0, CACHE, 0, WRITE_ZEROES, NO_HOLE | FAST_ZERO, BLOCK_STATUS, REQ_ONE);

    private final ShapedDevice shaped = new ShapedDevice(new MemoryDevice(SIZE)).zeroesFast(true);
    private final ScriptedDevice device = new ScriptedDevice(shaped);

    @BeforeEach
    void serve() {
        server.addExport(new Export("vol", "", device));
        server.addExport(new Export("ro", "", device, true));
    }

    private StyledClient withStatus(Style style) throws IOException {
        return style == Style.SIMPLE ? open(style) : open(style, "base:allocation");
    }

    private static void lives(StyledClient client) throws IOException {
        assertThat(client.read(0, 1)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void whatWasWrittenIsReadBack(Style style) throws IOException {
        try (StyledClient client = open(style)) {
            for (int length : new int[] {1, 511, 4096, 4097, 32 << 10, (32 << 10) + 1, 64 << 10, 100_000, 5 << 20}) {
                byte[] data = TransmissionTest.pattern(length, length);
                assertThat(client.callWrite(0, 12_345, data).error()).isZero();
                assertThat(client.read(12_345, length)).isEqualTo(data);
            }
        }
    }

    /** Every one of the 16 flags with every command: taken where it is documented for it, else EINVAL. */
    @ParameterizedTest
    @EnumSource
    void everyFlagWithEveryCommand(Style style) throws IOException {
        try (StyledClient client = withStatus(style)) {
            for (int bit = 0; bit < 16; bit++) {
                int flag = 1 << bit;
                for (int command : WITHOUT_PAYLOAD) {
                    boolean known = command != BLOCK_STATUS || style != Style.SIMPLE;
                    boolean agreed = flag != DF || style != Style.SIMPLE;
                    boolean taken = known && agreed && (flag & (OWN_FLAGS.get(command) | FUA)) != 0;
                    int error = style == Style.EXTENDED && flag == PAYLOAD_LEN
                            ? client.callWithPayload(0, command, 0, new byte[7]).error()
                            : client.call(flag, command, 0, command == FLUSH ? 0 : 512).error();
                    assertThat(error).as("command %d flag %d", command, flag).isEqualTo(taken ? 0 : EINVAL);
                }
                if (style != Style.EXTENDED || flag != PAYLOAD_LEN) {
                    assertThat(client.callWrite(flag, 0, new byte[512]).error())
                            .as("WRITE flag %d", flag).isEqualTo(flag == FUA ? 0 : EINVAL);
                }
            }
            lives(client);
        }
    }

    @ParameterizedTest
    @EnumSource
    void allFlagsOfACommandTogether(Style style) throws IOException {
        try (StyledClient client = withStatus(style)) {
            assertThat(client.call(FUA | NO_HOLE, WRITE_ZEROES, 0, 512).error()).isZero();
            assertThat(client.call(FUA | FAST_ZERO, WRITE_ZEROES, 0, 512).error()).isZero();
            if (style != Style.SIMPLE) {
                assertThat(client.call(FUA | DF, READ, 0, 512).error()).isZero();
                assertThat(client.call(FUA | REQ_ONE, BLOCK_STATUS, 0, 512).error()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCommandReachesTheDeviceWithItsFlags(Style style) throws IOException {
        try (StyledClient client = open(style)) {
            client.callWrite(0, 0, new byte[512]);
            client.callWrite(FUA, 1, new byte[100_000]);
            client.call(0, FLUSH, 0, 0);
            client.call(FUA, FLUSH, 0, 0);
            client.call(0, TRIM, 4096, SIZE - 4096);
            client.call(FUA, TRIM, 0, 512);
            client.call(0, CACHE, 512, SIZE - 512);
            client.call(FUA, CACHE, 0, 1);
            client.call(0, WRITE_ZEROES, 0, SIZE);
            client.call(FUA, WRITE_ZEROES, 3, 5);
            client.call(NO_HOLE, WRITE_ZEROES, 0, 512);
            client.call(FUA, READ, 0, 512);
            assertThat(device.calls()).containsExactly(
                    "write 0+512", "write 1+100000 fua", "flush", "flush", "trim 4096+" + (SIZE - 4096),
                    "trim 0+512 fua", "prefetch 512+" + (SIZE - 512), "prefetch 0+1", "writeZeroes 0+" + SIZE + " unmap",
                    "writeZeroes 3+5 unmap fua", "writeZeroes 0+512", "read 0+512");
        }
    }

    @ParameterizedTest
    @EnumSource
    void fastZeroIsDoneWhereItIsFast(Style style) throws IOException {
        try (StyledClient client = open(style)) {
            client.callWrite(0, 0, TransmissionTest.pattern(1, 4096));
            assertThat(client.call(FAST_ZERO, WRITE_ZEROES, 0, 4096).error()).isZero();
            assertThat(client.read(0, 4096)).isEqualTo(new byte[4096]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fastZeroIsRefusedWhereItIsNotAndChangesNothing(Style style) throws IOException {
        byte[] data = TransmissionTest.pattern(1, 4096);
        shaped.zeroesFast(false);
        try (StyledClient client = open(style)) {
            client.callWrite(0, 0, data);
            assertThat(client.call(FAST_ZERO, WRITE_ZEROES, 0, 4096).error()).isEqualTo(ENOTSUP);
            assertThat(client.call(FAST_ZERO, WRITE_ZEROES, 0, SIZE).error()).isEqualTo(ENOTSUP);
            assertThat(client.read(0, 4096)).isEqualTo(data);
            assertThat(client.call(0, WRITE_ZEROES, 0, 4096).error()).as("never without the flag").isZero();
            shaped.zeroesFast(true);
            assertThat(client.call(FAST_ZERO | NO_HOLE, WRITE_ZEROES, 0, 4096).error())
                    .as("not without unmapping").isEqualTo(ENOTSUP);
        }
    }

    @ParameterizedTest
    @EnumSource
    void rangesPastTheEndAreRefusedByKind(Style style) throws IOException {
        try (StyledClient client = withStatus(style)) {
            for (long offset : new long[] {SIZE - 511, SIZE, SIZE + 1, Long.MAX_VALUE, Long.MIN_VALUE, -1, -511}) {
                assertThat(client.call(0, READ, offset, 512).error()).isEqualTo(EINVAL);
                assertThat(client.call(0, TRIM, offset, 512).error()).isEqualTo(EINVAL);
                assertThat(client.call(0, CACHE, offset, 512).error()).isEqualTo(EINVAL);
                assertThat(client.call(0, WRITE_ZEROES, offset, 512).error()).isEqualTo(ENOSPC);
                assertThat(client.callWrite(0, offset, new byte[512]).error()).isEqualTo(ENOSPC);
                assertThat(client.callWrite(0, offset, new byte[600_000]).error()).isEqualTo(ENOSPC);
                assertThat(client.call(0, BLOCK_STATUS, offset, 512).error()).isEqualTo(EINVAL);
            }
            assertThat(client.call(0, TRIM, 0, SIZE + 1).error()).isEqualTo(EINVAL);
            assertThat(device.calls()).isEmpty();
            assertThat(client.read(SIZE - 1, 1)).isEqualTo(new byte[1]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void zeroLengthSucceedsWithoutTheDevice(Style style) throws IOException {
        try (StyledClient client = open(style)) {
            for (long offset : new long[] {0, SIZE}) {
                for (int command : new int[] {READ, TRIM, CACHE, WRITE_ZEROES}) {
                    assertThat(client.call(0, command, offset, 0).error()).isZero();
                }
                assertThat(client.callWrite(0, offset, new byte[0]).error()).isZero();
            }
            assertThat(client.call(FAST_ZERO, WRITE_ZEROES, 0, 0).error()).isZero();
            assertThat(client.call(0, READ, SIZE + 1, 0).error()).as("beyond").isEqualTo(EINVAL);
            assertThat(device.calls()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void zeroLengthStatusIsInvalidAndTheConnectionLives(Style style) throws IOException {
        try (StyledClient client = withStatus(style)) {
            assertThat(client.call(0, BLOCK_STATUS, 0, 0).error()).isEqualTo(EINVAL);
            assertThat(client.call(REQ_ONE, BLOCK_STATUS, SIZE, 0).error()).isEqualTo(EINVAL);
            lives(client);
        }
    }

    @ParameterizedTest
    @EnumSource
    void flushWithARangeIsInvalid(Style style) throws IOException {
        try (StyledClient client = open(style)) {
            assertThat(client.call(0, FLUSH, 512, 0).error()).isEqualTo(EINVAL);
            assertThat(client.call(0, FLUSH, 0, 512).error()).isEqualTo(EINVAL);
            assertThat(device.calls()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void readOnlyExportRefusesEveryChange(Style style) throws IOException {
        try (StyledClient client = StyledClient.open(wire, socket, "ro", style)) {
            assertThat(client.callWrite(0, 0, new byte[512]).error()).isEqualTo(EPERM);
            assertThat(client.callWrite(0, 0, new byte[600_000]).error()).isEqualTo(EPERM);
            assertThat(client.call(0, TRIM, 0, 512).error()).isEqualTo(EPERM);
            assertThat(client.call(0, WRITE_ZEROES, 0, 512).error()).isEqualTo(EPERM);
            assertThat(client.call(0, FLUSH, 0, 0).error()).isZero();
            assertThat(client.call(0, CACHE, 0, 512).error()).isZero();
            assertThat(client.read(0, 3)).isEqualTo(new byte[3]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void unknownCommandIsInvalidAndTheConnectionLives(Style style) throws IOException {
        try (StyledClient client = open(style)) {
            for (int command : new int[] {8, 9, 100, 0x7fff, 0x8000, 0xffff}) {
                assertThat(client.call(0, command, 0, 512).error()).isEqualTo(EINVAL);
                assertThat(client.call(FUA, command, 0, 0xffff_ffffL).error()).isEqualTo(EINVAL);
            }
            lives(client);
        }
    }

    @ParameterizedTest
    @EnumSource
    void statusWithoutContextsIsInvalid(Style style) throws IOException {
        try (StyledClient client = open(style)) {
            assertThat(client.call(0, BLOCK_STATUS, 0, 512).error()).isEqualTo(EINVAL);
            assertThat(client.call(REQ_ONE, BLOCK_STATUS, 0, 512).error()).isEqualTo(EINVAL);
            lives(client);
        }
    }

    @ParameterizedTest
    @EnumSource
    void tooLargeWriteIsInvalidAndThePayloadEaten(Style style) throws IOException {
        try (StyledClient client = open(style)) {
            server.addExport(new Export("large", "", new MemoryDevice(1L << 30)));
            try (StyledClient large = StyledClient.open(wire, socket, "large", style)) {
                assertThat(large.callWrite(0, 0, new byte[(64 << 20) + 1]).error()).isEqualTo(EINVAL);
                assertThat(large.callWrite(0, 1 << 30, new byte[(64 << 20) + 1]).error()).isEqualTo(ENOSPC);
                lives(large);
            }
            lives(client);
        }
    }

    @ParameterizedTest
    @EnumSource
    void cookiesAreOpaqueAndMayRepeat(Style style) throws IOException {
        long[] cookies = {0, -1, Long.MIN_VALUE, 0x6744669800000000L, 0x25609513L, 0, 0};
        try (StyledClient client = open(style)) {
            for (long cookie : cookies) {
                client.write(0, cookie, 0, new byte[] {1});
                client.request(0, READ, cookie, 0, 1);
                client.request(0, FLUSH, cookie, 0, 0);
                client.request(0, READ, cookie, SIZE, 1);
            }
            for (long cookie : cookies) {
                List<Reply> replies = new ArrayList<>();
                for (int readBytes : new int[] {0, 1, 0, 1}) {
                    replies.add(client.reply(readBytes));
                }
                assertThat(replies).allSatisfy(reply -> assertThat(reply.cookie()).isEqualTo(cookie));
                assertThat(replies).extracting(Reply::error).containsExactly(0, 0, 0, EINVAL);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void discAnswersWhatWasPipelinedBeforeIt(Style style) throws IOException {
        try (StyledClient client = open(style)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < 8; i++) {
                all.write(client.writeBytes(0, i, i << 20, TransmissionTest.pattern(i, 700_000)));
            }
            all.write(client.header(0, READ, 8, 7 << 20, 700_000));
            all.write(client.header(0, DISC, 9, 0, 0));
            client.wire().send(all.toByteArray());
            List<Long> answered = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                Reply reply = client.reply(cookie -> cookie == 8 ? 700_000 : 0);
                answered.add(reply.cookie());
                assertThat(reply.error()).isZero();
                if (reply.cookie() == 8) {
                    assertThat(reply.content(7 << 20, 700_000)).isEqualTo(TransmissionTest.pattern(7, 700_000));
                }
            }
            assertThat(answered).containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
            client.wire().expectClosed();
        }
    }

    @ParameterizedTest
    @EnumSource
    void wrongRequestMagicClosesAfterTheAnswers(Style style) throws IOException {
        try (StyledClient client = open(style)) {
            client.request(0, READ, 1, 0, 512);
            client.wire().send(new byte[32]);
            assertThat(client.reply(512).content(0, 512)).isEqualTo(new byte[512]);
            client.wire().expectClosed();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyFailureOfTheDeviceHasItsErrorAndEndsNothing(Style style) throws IOException {
        record Case(Throwable failure, int error) {}
        List<Case> cases = List.of(
                new Case(new DeviceException("disk", "call", 0, 1, "broken"), EIO),
                new Case(new NoSpaceException("disk", "call", 0, 1), ENOSPC),
                new Case(new ReadOnlyDeviceException("disk", "call", 0, 1), EPERM),
                new Case(new IOException("any other"), EIO),
                new Case(new IllegalStateException("a defect"), EIO),
                new Case(new InternalError("a fault in mapped memory"), EIO),
                new Case(new StackOverflowError(), EIO),
                new Case(new OutOfMemoryError("planted"), ENOMEM));
        try (StyledClient client = open(style)) {
            for (Case one : cases) {
                device.script(_ -> sneak(one.failure()));
                for (int length : new int[] {512, 4096, 8192, 100_000, 2 << 20}) {
                    assertThat(client.call(0, READ, 0, length).error()).as("%s", one).isEqualTo(one.error());
                    assertThat(client.callWrite(0, 0, new byte[length]).error()).as("%s", one).isEqualTo(one.error());
                }
                assertThat(client.call(0, FLUSH, 0, 0).error()).as("%s", one).isEqualTo(one.error());
                assertThat(client.call(0, TRIM, 0, 512).error()).as("%s", one).isEqualTo(one.error());
                assertThat(client.call(0, WRITE_ZEROES, 0, 512).error()).as("%s", one).isEqualTo(one.error());
                device.script(_ -> {});
                lives(client);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void structuredRepliesAnswerReadInChunksAndTheRestSimply() throws IOException {
        try (StyledClient client = open(Style.STRUCTURED)) {
            assertThat(client.call(0, READ, 0, 0).types()).containsExactly(Chunk.NONE);
            assertThat(client.call(0, READ, 0, 512).types()).containsExactly(Chunk.OFFSET_DATA);
            assertThat(client.call(0, FLUSH, 0, 0).types()).isEmpty();
            assertThat(client.callWrite(0, 0, new byte[1]).types()).isEmpty();
            assertThat(client.callWrite(0, SIZE, new byte[1]).types()).as("with a message")
                    .containsExactly(Chunk.ERROR);
            assertThat(client.call(1 << 9, READ, 0, 512).types()).as("early errors too").containsExactly(Chunk.ERROR);
        }
    }

    @Test
    void extendedRepliesAnswerEverythingInChunks() throws IOException {
        try (StyledClient client = open(Style.EXTENDED)) {
            assertThat(client.call(0, READ, 0, 0).types()).containsExactly(Chunk.NONE);
            assertThat(client.call(0, READ, 0, 512).types()).containsExactly(Chunk.OFFSET_DATA);
            assertThat(client.call(0, FLUSH, 0, 0).types()).containsExactly(Chunk.NONE);
            assertThat(client.callWrite(0, 7, new byte[1]).types()).containsExactly(Chunk.NONE);
            assertThat(client.callWrite(0, -7, new byte[1]).types()).containsExactly(Chunk.ERROR);
        }
    }

    @Test
    void extendedWriteWithoutPayloadFlagIsInvalidAndHasNoPayload() throws IOException {
        try (StyledClient client = open(Style.EXTENDED)) {
            assertThat(client.call(0, WRITE, 0, 512).error()).isEqualTo(EINVAL);
            assertThat(client.call(0, WRITE, 0, Long.MAX_VALUE).error()).isEqualTo(EINVAL);
            assertThat(client.call(FUA, WRITE, 0, 0).error()).isEqualTo(EINVAL);
            lives(client);
            assertThat(device.calls()).noneMatch(call -> call.startsWith("write"));
        }
    }

    @Test
    void payloadOfACommandThatTakesNoneIsEatenAndInvalid() throws IOException {
        try (StyledClient client = open(Style.EXTENDED)) {
            for (int command : new int[] {READ, FLUSH, TRIM, CACHE, WRITE_ZEROES, BLOCK_STATUS, 8, 0xffff}) {
                for (int length : new int[] {0, 1, 12, 5000, 300_000}) {
                    assertThat(client.callWithPayload(0, command, 0, new byte[length]).error())
                            .as("command %d, %d bytes", command, length).isEqualTo(EINVAL);
                }
            }
            assertThat(device.calls()).isEmpty();
            lives(client);
        }
    }

    @ParameterizedTest
    @EnumSource
    void absurdPayloadIsNeverWaitedFor(Style style) throws IOException {
        long[] lengths = {1L << 32, Long.MAX_VALUE, -1, Long.MIN_VALUE};
        for (int i = 0; i < lengths.length && style == Style.EXTENDED; i++) {
            try (StyledClient client = open(style)) {
                client.request(PAYLOAD_LEN, WRITE, 1, 0, lengths[i]);
                client.wire().expectClosed();
            }
        }
        try (StyledClient client = open(style)) {
            client.request(style == Style.EXTENDED ? PAYLOAD_LEN : 0, WRITE, 1, 0, 0xffff_ffffL);
            client.wire().send(new byte[1 << 20]);
            client.wire().endOutput();
            client.wire().expectEnd();
        }
        assertThat(device.calls()).isEmpty();
    }
}
