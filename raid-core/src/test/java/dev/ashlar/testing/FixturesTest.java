package dev.ashlar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FixturesTest {
    @Test
    void allArraysAreFoundWithTheirManifests() {
        assertThat(Fixtures.arrays()).hasSize(62).allSatisfy(array -> {
            assertThat(array.manifest().get("name").text()).isEqualTo(array.name());
            assertThat(array.members()).hasSizeGreaterThanOrEqualTo(array.raidDisks());
        });
        assertThat(Fixtures.arrays("reshape", "replace")).extracting(Fixtures.Array::name)
                .containsExactlyInAnyOrder("raid5-replace-3d", "raid5-reshape-3to4");
    }

    @Test
    void patternIsTheOneInTheReadme() {
        assertThat(Fixtures.splitmix64(0)).isEqualTo(0xe220a8397b1dcdafL);
        byte[] volume = Fixtures.array("raid0-2d-64k").expectedVolume();
        assertThat(HexFormat.ofDelimiter(" ").formatHex(volume, 0, 8)).isEqualTo("8d a3 ff 8b fc c9 3d dc");
    }

    @Test
    void writesInTheManifestMakeTheVolumeTheKernelRead() {
        for (Fixtures.Array array : Fixtures.arrays()) {
            assertThat(Fixtures.sha256(array.expectedVolume())).as(array.name()).isEqualTo(array.volumeSha256());
        }
    }

    @Test
    void imagesUnpackInTheOrderOfTheirMembers(@TempDir Path directory) throws Exception {
        Fixtures.Array array = Fixtures.array("raid5-spare-3d");
        var images = array.unpack(directory);
        assertThat(images).extracting(image -> image.getFileName().toString())
                .containsExactly("m0.img", "m1.img", "m2.img", "m3.img");
        assertThat(Files.size(images.get(2))).isEqualTo(array.members().get(2).json().get("bytes").number());
        byte[] magic = Arrays.copyOfRange(Files.readAllBytes(images.get(0)), 4096, 4100);
        assertThat(HexFormat.of().formatHex(magic)).isEqualTo("fc4e2ba9");
        assertThat(array.members().get(3).role()).isEqualTo(-1);
        assertThat(array.memberInRole(1).dataOffsetBytes()).isEqualTo(1 << 20);
    }

    @Test
    void jsonReadsWhatItShouldAndRefusesTheRest() {
        Json json = Json.parse(" {\"a\\n\\u0041\": [1, -2, 2.5, true, null, \"0xff\"], \"b\": {}, \"c\": \"\"} ");
        assertThat(json.get("a\nA").list()).hasSize(6);
        assertThat(json.get("a\nA").list().get(1).number()).isEqualTo(-2);
        assertThat(json.get("a\nA").list().get(5).number()).isEqualTo(255);
        assertThat(json.get("none").isNull()).isTrue();
        assertThat(Json.parse("\"0xffffffffffffffff\"").number()).isEqualTo(-1);
        for (String broken : new String[] {"", "{", "[1,", "[1 2]", "{\"a\"}", "\"abc", "1 2", "nul", "x"}) {
            assertThatThrownBy(() -> Json.parse(broken)).as(broken).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
