package dev.ashlar.raid.bitmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.raid.ArrayRefusedException;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BitmapHeaderTest {
    private static final UUID SET_UUID = UUID.fromString("24c2f803-4071-f97e-ca50-ef8d2f4d78a1");

    private static MemorySegment encoded(BitmapHeader header) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[BitmapLayout.HEADER_BYTES]);
        bytes.fill((byte) 0x55);
        header.encode(bytes, 0);
        return bytes;
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        BitmapHeader header = new BitmapHeader(SET_UUID, -2, 7, 12345, 6, 4096, 5, 16383, 8);
        assertThat(BitmapHeader.decode(encoded(header), 0)).isEqualTo(header);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, magic",
        "4, 3, byte order",
        "4, 5, clustered",
        "4, 6, lockless",
        "4, 77, version=77",
        "48, 32768, byte order",
        "52, 0, chunksize=0",
        "52, 256, chunksize=256",
        "52, 5000, chunksize=5000",
        "52, -1, chunksize=4294967295",
        "44, -1, sync_size",
        "56, 0, daemon_sleep=0",
        "56, -1, daemon_sleep=4294967295",
        "60, 16384, write_behind=16384",
    })
    void bitmapThatMdWouldNotStartWithIsRefusedByName(long offset, int value, String named) {
        MemorySegment bytes = encoded(BitmapHeader.fresh(SET_UUID, 1 << 20, 65536));
        bytes.set(BitmapLayout.LE_INT, offset, value);
        assertThatThrownBy(() -> BitmapHeader.decode(bytes, 0))
                .isInstanceOf(ArrayRefusedException.class)
                .hasMessageContaining(named);
    }

    @Test
    void bitmapTooFineForMemoryIsRefused() {
        MemorySegment bytes = encoded(BitmapHeader.fresh(SET_UUID, 1L << 32, 1 << 20));
        bytes.set(BitmapLayout.LE_INT, BitmapLayout.OFF_CHUNK_SIZE, 512);
        assertThatThrownBy(() -> BitmapHeader.decode(bytes, 0))
                .isInstanceOf(ArrayRefusedException.class)
                .hasMessageContaining("too fine");
    }

    @Test
    void bitmapTooFineForTheArrayItIsFoundInIsRefused() {
        BitmapHeader header = BitmapHeader.fresh(SET_UUID, 1 << 20, 512);
        assertThatThrownBy(() -> header.withSyncSizeSectors(1L << 32)).isInstanceOf(ArrayRefusedException.class)
                .hasMessageContaining("too fine");
    }

    @Test
    void bitmapOfAnotherArrayIsRefused() {
        BitmapHeader header = BitmapHeader.fresh(SET_UUID, 1 << 20, 65536);
        assertThatThrownBy(() -> header.requireUuid(new UUID(1, 2)))
                .isInstanceOf(ArrayRefusedException.class)
                .hasMessageContaining(SET_UUID.toString());
    }

    @Test
    void bitmapBehindTheSuperblockOrMarkedStaleIsNotTrusted() {
        BitmapHeader header = BitmapHeader.fresh(SET_UUID, 1 << 20, 65536).withEvents(15);
        assertThat(header.trustedBeside(15)).isTrue();
        assertThat(header.trustedBeside(14)).isTrue();
        assertThat(header.trustedBeside(16)).isFalse();
        BitmapHeader stale = new BitmapHeader(SET_UUID, 15, 15, 1, BitmapLayout.STATE_STALE, 512, 5, 0, 0);
        assertThat(stale.trustedBeside(15)).isFalse();
        assertThat(stale.withEvents(16).trustedBeside(16)).isTrue();
    }

    @Test
    void sizesCountThePartOfAChunkAtTheEnd() {
        BitmapHeader header = BitmapHeader.fresh(SET_UUID, 8 * 100 + 1, 4096);
        assertThat(header.bits()).isEqualTo(101);
        assertThat(header.lengthBytes()).isEqualTo(4096);
        assertThat(BitmapLayout.lengthBytes(30720)).isEqualTo(4096);
        assertThat(BitmapLayout.lengthBytes(30721)).isEqualTo(8192);
        for (int page = 0; page < 5; page++) {
            assertThat(BitmapLayout.page(BitmapLayout.firstBit(page))).isEqualTo(page);
            assertThat(BitmapLayout.page(BitmapLayout.firstBit(page + 1) - 1)).isEqualTo(page);
        }
    }
}
