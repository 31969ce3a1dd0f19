package dev.ashlar.nbd.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.nbd.testkit.Tool;
import dev.ashlar.testing.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What other people's tools make of the extents of a RAID 6: they agree on them, and copy no more than there is. */
@Tag("interop")
@Timeout(300)
class ExtentToolsTest {
    private static final Tool NBDINFO = new Tool("nbdinfo", "libnbd-bin");
    private static final Tool QEMU_IMG = new Tool("qemu-img", "qemu-utils");
    private static final Tool QEMU_IO = new Tool("qemu-io", "qemu-utils");
    private static final long MIB = 1 << 20;
    private static final long MEMBER_BYTES = 25 * MIB;
    /** What the tests look at; behind it are blocks that the making of the images allocates. */
    private static final long LOOKED_AT = 64 * MIB;

    /** A part of the volume, as a tool tells it. */
    record Part(long offset, long length, boolean zero) {}

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

    private void writeTwoParts() throws IOException, InterruptedException {
        QEMU_IO.orSkip()
                .run(dir, "-f", "raw", "-c", "write -P 0x11 4M 1M", "-c", "write -P 0x22 32M 2M", raid.unix());
    }

    /** Neighbours of one kind are one part, cut off at the end of what is looked at. */
    private static List<Part> merged(List<Part> parts) {
        List<Part> merged = new ArrayList<>();
        for (Part part : parts) {
            long length = Math.min(part.length(), LOOKED_AT - part.offset());
            Part last = merged.isEmpty() ? null : merged.getLast();
            if (last != null && last.zero() == part.zero() && length > 0) {
                merged.set(merged.size() - 1, new Part(last.offset(), last.length() + length, last.zero()));
            } else if (length > 0) {
                merged.add(new Part(part.offset(), length, part.zero()));
            }
        }
        return merged;
    }

    private static final List<Part> TWO_PARTS = List.of(
            new Part(0, 4 * MIB, true),
            new Part(4 * MIB, MIB, false),
            new Part(5 * MIB, 27 * MIB, true),
            new Part(32 * MIB, 2 * MIB, false),
            new Part(34 * MIB, LOOKED_AT - 34 * MIB, true));

    @Test
    void qemuImgMapsTheHoles() throws Exception {
        writeTwoParts();
        String map = QEMU_IMG.orSkip().run(dir, "map", "-f", "raw", "--output=json", raid.tcp());
        List<Part> parts = Json.parse(map).list().stream()
                .map(e -> new Part(e.get("start").number(), e.get("length").number(), e.get("zero").toString().equals("true")))
                .toList();
        assertThat(merged(parts)).isEqualTo(TWO_PARTS);
    }

    @Test
    void nbdinfoMapsTheHoles() throws Exception {
        writeTwoParts();
        String map = NBDINFO.orSkip().run(dir, "--map", "--json", raid.unix());
        List<Part> parts = Json.parse(map).list().stream()
                .map(e -> new Part(e.get("offset").number(), e.get("length").number(), e.get("type").integer() == 3))
                .toList();
        assertThat(merged(parts)).isEqualTo(TWO_PARTS);
    }

    @Test
    void nbdinfoMapsARedundancyThatIsLost() throws Exception {
        raid.array().failMember(raid.member(1));
        String map = NBDINFO.orSkip().run(dir, "--map=" + ServedRaid6.REDUNDANCY, "--json", raid.unix());
        assertThat(Json.parse(map).list()).isNotEmpty().allSatisfy(e -> assertThat(e.get("type").integer()).isOne());
    }

    @Test
    void qemuImgCopiesOnlyWhatThereIs() throws Exception {
        writeTwoParts();
        Path copy = dir.resolve("copy.qcow2");
        QEMU_IMG.orSkip().run(dir, "convert", "-f", "raw", "-O", "qcow2", raid.unix(), copy.toString());
        assertThat(copy.toFile().length()).as("bytes of the copy").isLessThan(8 * MIB);
        assertThat(QEMU_IMG.run(dir, "compare", "-F", "raw", copy.toString(), raid.tcp())).contains("are identical");
        QEMU_IO.run(dir, "-f", "raw", "-c", "write -P 0x23 33M 1", raid.unix());
        Tool.Result differing = QEMU_IMG.tryRun(dir, "compare", "-F", "raw", copy.toString(), raid.tcp());
        assertThat(differing.exitCode()).as(differing.output()).isOne();
    }
}
