package dev.ashlar.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExamineReportTest {
    @TempDir
    private Path directory;

    static List<Fixtures.Array> goldenArrays() {
        return Fixtures.arrays();
    }

    @ParameterizedTest
    @MethodSource("goldenArrays")
    void everyLabelMdadmPrintsForAGoldenMemberIsWhatAshlarSays(Fixtures.Array array) throws IOException {
        Map<String, ExamineReport> reports = reports(array);
        List<Path> images = array.unpack(directory);
        for (Path image : images) {
            ExaminedMember member = ExaminedMember.read(image);
            String file = image.getFileName().toString();
            assertThat(member.compare(reports.get("--examine " + file))).isGreaterThan(15);
            if (member.bitmap() != null) {
                assertThat(member.compareBitmap(reports.get("--examine-bitmap " + file))).isEqualTo(11);
            }
        }
    }

    /** By the call that gave them, such as "--examine m0.img". */
    private static Map<String, ExamineReport> reports(Fixtures.Array array) {
        String text = array.examineText().replaceAll(" *Filename : .*\n", "");
        return ExamineReport.split(text, Pattern.compile("### mdadm (.*)"));
    }

    @Test
    void aFieldThatDiffersOrIsUnknownIsNamed() throws IOException {
        Fixtures.Array array = Fixtures.array("raid5-ls-3d-64k");
        ExamineReport report = reports(array).get("--examine m0.img");
        ExaminedMember member = ExaminedMember.read(array.unpack(directory).getFirst());
        for (String label : report.fields().keySet()) {
            Map<String, String> changed = new LinkedHashMap<>(report.fields());
            changed.put(label, "other");
            assertThatThrownBy(() -> member.compare(new ExamineReport(changed))).hasMessageContaining(label);
            changed.remove(label);
            assertThatThrownBy(() -> member.compare(new ExamineReport(changed))).hasMessageContaining(label);
        }
        Map<String, String> more = new LinkedHashMap<>(report.fields());
        more.put("New label", "12");
        assertThatThrownBy(() -> member.compare(new ExamineReport(more))).hasMessageContaining("New label");
    }
}
