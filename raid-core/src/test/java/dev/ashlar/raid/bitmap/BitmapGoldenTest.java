package dev.ashlar.raid.bitmap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.testing.Fixtures;
import dev.ashlar.testing.Json;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bitmaps that Linux and mdadm wrote. */
class BitmapGoldenTest {
    /** One member's bitmap area and what the manifest says of it. */
    record Golden(Fixtures.Member member, Json expected, MemorySegment bytes) {
        @Override
        public String toString() {
            return member.array() + "/" + member.file();
        }
    }

    static Stream<Golden> bitmaps() {
        return Fixtures.arrays().stream()
                .flatMap(array -> array.members().stream())
                .filter(member -> !member.superblock().get("bitmap").isNull())
                .map(BitmapGoldenTest::golden);
    }

    private static Golden golden(Fixtures.Member member) {
        Json superblock = member.superblock();
        long offset = (superblock.get("super_sector").number() + superblock.get("bitmap_offset").number()) * 512;
        return new Golden(member, superblock.get("bitmap"), MemorySegment.ofArray(member.image()).asSlice(offset));
    }

    @Test
    void thereAreGoldenBitmaps() {
        assertThat(bitmaps()).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @MethodSource("bitmaps")
    void headerReadsAsTheManifestSays(Golden golden) throws Exception {
        BitmapHeader header = BitmapHeader.decode(golden.bytes(), 0);
        Json expected = golden.expected();
        assertThat(header.events()).isEqualTo(expected.get("events").number());
        assertThat(header.eventsCleared()).isEqualTo(expected.get("events_cleared").number());
        assertThat(header.syncSizeSectors()).isEqualTo(expected.get("sync_size").number());
        assertThat(header.state()).isEqualTo(expected.get("state").integer());
        assertThat(header.chunkBytes()).isEqualTo(expected.get("chunk_bytes").number());
        assertThat(header.daemonSleepSeconds()).isEqualTo(expected.get("daemon_sleep").integer());
        assertThat(header.writeBehind()).isEqualTo(expected.get("write_behind").integer());
        assertThat(header.sectorsReserved()).isEqualTo(expected.get("sectors_reserved").integer());
        assertThat(header.bits()).isEqualTo(expected.get("bits").integer());
        header.requireUuid(uuid(golden.member().superblock().get("set_uuid").text()));
    }

    private static UUID uuid(String hex) {
        return new UUID(HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
    }

    @ParameterizedTest
    @MethodSource("bitmaps")
    void setBitsAreThoseOfTheManifest(Golden golden) throws Exception {
        WriteIntentBitmap bitmap = load(golden, new DiskStore(golden.bytes().byteSize()));
        List<Long> set = new ArrayList<>();
        for (long at = bitmap.nextSet(0); at >= 0; at = bitmap.nextSet(at + bitmap.chunkBytes())) {
            set.add(at / bitmap.chunkBytes());
        }
        assertThat(set).isEqualTo(golden.expected().get("set").list().stream().map(Json::number).toList());
        assertThat(bitmap.setBits()).isEqualTo(set.size());
    }

    @ParameterizedTest
    @MethodSource("bitmaps")
    void whatIsWrittenBackIsWhatTheKernelWrote(Golden golden) throws Exception {
        BitmapHeader header = BitmapHeader.decode(golden.bytes(), 0);
        DiskStore store = new DiskStore(header.lengthBytes());
        load(golden, store).rewriteAll();
        assertThat(store.bytes().mismatch(golden.bytes().asSlice(0, header.lengthBytes()))).isEqualTo(-1);
    }

    private static WriteIntentBitmap load(Golden golden, DiskStore store) throws Exception {
        return WriteIntentBitmap.load(BitmapHeader.decode(golden.bytes(), 0), golden.bytes(), false, true, store);
    }
}
