package dev.ashlar.nbd.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A chunk of a reply, or the data of a simple one. Numbers are written out, as the protocol text has them. */
public record Chunk(int type, int flags, ByteBuffer payload) {
    /** No type of the protocol: what follows a simple reply to READ. */
    public static final int SIMPLE_DATA = -1;

    public static final int NONE = 0;
    public static final int OFFSET_DATA = 1;
    public static final int OFFSET_HOLE = 2;
    public static final int BLOCK_STATUS = 5;
    public static final int BLOCK_STATUS_EXT = 6;
    public static final int ERROR = 0x8001;
    public static final int ERROR_OFFSET = 0x8002;

    /** An extent of a status. */
    public record Extent(long length, long flags) {}

    boolean isError() {
        return (type & 0x8000) != 0 && type > 0;
    }

    int error() {
        return payload.getInt(0);
    }

    String message() {
        int length = Short.toUnsignedInt(payload.getShort(4));
        return StandardCharsets.UTF_8.decode(payload.slice(6, length)).toString();
    }

    /** Where the data, the hole or the error is. */
    public long offset() {
        return payload.getLong(type == ERROR_OFFSET ? payload.limit() - 8 : 0);
    }

    /** How many bytes of the export the chunk gives. */
    public long length() {
        return type == OFFSET_HOLE ? Integer.toUnsignedLong(payload.getInt(8)) : payload.limit() - 8;
    }

    /** The context of a status. */
    public int context() {
        return payload.getInt(0);
    }

    /** The extents of a status. */
    public List<Extent> extents() {
        boolean extended = type == BLOCK_STATUS_EXT;
        ByteBuffer rest = payload.duplicate().position(extended ? 8 : 4);
        List<Extent> extents = new ArrayList<>();
        while (rest.hasRemaining()) {
            extents.add(extended
                    ? new Extent(rest.getLong(), rest.getLong())
                    : new Extent(Integer.toUnsignedLong(rest.getInt()), Integer.toUnsignedLong(rest.getInt())));
        }
        if (extended) {
            assertThat(payload.getInt(4)).as("descriptor count").isEqualTo(extents.size());
        }
        return extents;
    }

    /** Fails unless the payload has the form of its type. */
    Chunk checked() {
        switch (type) {
            case NONE -> assertThat(payload.limit()).isZero();
            case OFFSET_DATA -> assertThat(payload.limit()).isGreaterThan(8);
            case OFFSET_HOLE -> {
                assertThat(payload.limit()).isEqualTo(12);
                assertThat(length()).isPositive();
            }
            case BLOCK_STATUS, BLOCK_STATUS_EXT -> assertThat(extents()).isNotEmpty()
                    .allSatisfy(extent -> assertThat(extent.length()).isPositive());
            case ERROR, ERROR_OFFSET -> {
                assertThat(error()).isNotZero();
                assertThat(payload.limit())
                        .isEqualTo(6 + Short.toUnsignedInt(payload.getShort(4)) + (type == ERROR ? 0 : 8));
            }
            default -> assertThat(type).as("type of a chunk").isBetween(0, 6);
        }
        return this;
    }
}
