package dev.ashlar.nbd.transmission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.ReplyStyle;
import dev.ashlar.nbd.testkit.WireClient;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class RequestValidatorProps {

    private static Request request(int flags, int type, long offset, long length) {
        Request request = new Request(false);
        assertThat(request.decode(ByteBuffer.wrap(WireClient.header(flags, type, 1, offset, length)), 0)).isTrue();
        return request;
    }

    @Property
    void rangesAreJudgedAsWithNumbersThatCannotOverflow(
            @ForAll @LongRange(min = 0) long size,
            @ForAll long offset,
            @ForAll @LongRange(min = 0, max = 0xffffffffL) long length) {
        boolean inside = new BigInteger(Long.toUnsignedString(offset))
                        .add(BigInteger.valueOf(length))
                        .compareTo(BigInteger.valueOf(size))
                <= 0;
        Refusal refusal = new RequestValidator(size, false, ReplyStyle.SIMPLE, 0)
                .check(request(0, Command.TRIM, offset, length));
        assertThat(refusal).isEqualTo(inside ? null : Refusal.PAST_END);
    }

    @Property
    void edgesOfTheExportAreJudgedExactly(
            @ForAll @LongRange(min = 1L << 33, max = 1L << 40) long size,
            @ForAll @LongRange(min = 0, max = 1 << 20) long length,
            @ForAll @IntRange(min = -2, max = 2) int beyond) {
        Refusal refusal = new RequestValidator(size, false, ReplyStyle.SIMPLE, 0)
                .check(request(0, Command.WRITE, size - length + beyond, length));
        assertThat(refusal).isEqualTo(beyond <= 0 ? null : Refusal.NO_ROOM_PAST_END);
    }

    @Property
    void nothingReachesAReadOnlyDeviceButReadFlushAndCache(
            @ForAll @IntRange(min = 0, max = 0xffff) int flags,
            @ForAll @IntRange(min = 0, max = 10) int type) {
        Refusal refusal = new RequestValidator(1 << 20, true, ReplyStyle.STRUCTURED, 0)
                .check(request(flags, type, 0, 0));
        if (refusal == null) {
            assertThat(type).isIn(Command.READ, Command.FLUSH, Command.CACHE);
        }
    }
}
