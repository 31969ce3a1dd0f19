package dev.ashlar.raid.superblock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.testing.Fixtures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExamineTextTest {
    @Test
    void everyGoldenMemberIsDescribedAsMdadmDescribesIt() throws Exception {
        for (Fixtures.Array array : Fixtures.arrays()) {
            Map<String, String> mdadm = examined(array.name());
            if (array.level() == 10) {
                // mdadm forgets that a RAID 10 of an odd shape leaves part of a chunk row unused.
                String size = "Array Size : " + array.arrayBytes() / 1024 + " KiB";
                mdadm.replaceAll((image, text) -> text.replaceAll("Array Size : [0-9]+ KiB", size));
            }
            for (Fixtures.Member member : array.members()) {
                String image = member.file().replace(".gz", "");
                assertThat(ExamineText.describe(image, Golden.superblock(array, member), ZoneOffset.UTC))
                        .as(array.name() + "/" + image)
                        .isEqualTo(mdadm.get(image));
            }
        }
    }

    @Test
    void factsCarryWhatTheTextDoes() throws Exception {
        Map<String, Object> facts = ExamineText.facts(Golden.superblock("raid5-replace-3d", 3));
        assertThat(facts).containsEntry("version", "1.2")
                .containsEntry("level", "raid5")
                .containsEntry("array_bytes", 524288L)
                .containsEntry("chunk_bytes", 16384L)
                .containsEntry("role", "0")
                .containsEntry("roles", "[0, 1, spare, 0, 2]")
                .containsEntry("clean", true)
                .containsEntry("events", "20")
                .containsEntry("recovery_offset_sectors", "256")
                .containsEntry("update_time", "2026-11-22T08:15:35Z");
        assertThat(ExamineText.facts(Golden.superblock("raid5-journal-3d", 3)))
                .containsEntry("role", "journal").containsEntry("journal_tail_sectors", "616");
        assertThat(ExamineText.facts(Golden.superblock("raid5-unclean-4d", 0)))
                .containsEntry("resync_offset_sectors", "0").containsEntry("bitmap_offset_sectors", 8);
        for (Fixtures.Array array : Fixtures.arrays()) {
            Superblock superblock = Golden.superblock(array, array.members().getFirst());
            assertThat(ExamineText.facts(superblock).values()).doesNotContainNull();
        }
    }

    @Test
    void sizesGetTheirHumanForm() {
        assertThat(ExamineText.human(5000 * 1024 - 1)).isEmpty();
        assertThat(ExamineText.human(7 << 20)).isEqualTo(" (7.00 MiB 7.34 MB)");
        assertThat(ExamineText.human(3L << 30)).isEqualTo(" (3.00 GiB 3.22 GB)");
        assertThat(ExamineText.human(4L << 40)).isEqualTo(" (4.00 TiB 4.40 TB)");
    }

    /** The part of {@code examine.txt} that {@code mdadm --examine} printed, by image. */
    private static Map<String, String> examined(String array) throws IOException {
        Map<String, String> parts = new HashMap<>();
        try (InputStream in = ExamineTextTest.class.getClassLoader()
                .getResourceAsStream("md/" + array + "/examine.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String part : text.split("(?m)^### mdadm ")) {
                if (part.startsWith("--examine ")) {
                    String image = part.substring("--examine ".length(), part.indexOf('\n'));
                    parts.put(image, part.substring(part.indexOf('\n') + 1));
                }
            }
        }
        return parts;
    }
}
