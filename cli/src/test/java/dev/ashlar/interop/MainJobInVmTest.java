package dev.ashlar.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.testing.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job with the real clients: a RAID 6 of six images is served to the kernel's NBD client, carries ext4 through
 * the loss and the rebuild of members under a verifying writer, and is then assembled by md.
 */
@Tag("vm")
class MainJobInVmTest {
    private static final Duration GUEST_LIMIT = Duration.ofMinutes(10);
    private static final Duration STEP_LIMIT = Duration.ofMinutes(4);
    private static final String NAME = "vmjob";
    private static final int MEMBERS = 6;
    private static final long MEMBER_BYTES = 64L << 20;
    /** Roles whose members fail, in this order: two together, then one more. */
    private static final List<Integer> LOST = List.of(1, 4, 0);
    private static final Pattern URI = Pattern.compile("nbd://127\\.0\\.0\\.1:(\\d+)/" + NAME);

    private final List<String> story = new ArrayList<>();

    @TempDir
    private Path directory;

    @Test
    void aFileSystemOutlivesTwoLostMembersAndMovesToTheKernelsOwnDriver() throws Exception {
        Tools.requireGuest("mdadm", "nbd-client", "fio", "mkfs.ext4", "e2fsck", "sha256sum", "tar");
        Path share = Files.createDirectory(directory.resolve("share"));
        RealFiles files = RealFiles.choose(500, 12 << 20);
        assertThat(files.names()).as("files to copy").hasSizeGreaterThan(20);
        files.write(share);
        story.add("to be copied: " + files);
        List<String> images = new ArrayList<>();
        IntStream.range(0, MEMBERS).forEach(i -> images.add(directory.resolve("m" + i + ".img").toString()));
        Ashlar ashlar = new Ashlar(Files.createDirectory(directory.resolve("run")));
        ashlar.run(0, words("create", NAME, "--level=6", "--chunk=64K", "--member-size=" + MEMBER_BYTES, images));
        story.add("created: RAID 6 of " + MEMBERS + " images");
        try (Child daemon = ashlar.start(words("serve", "--listen=127.0.0.1:0", images))) {
            String port = portOf(daemon);
            List<String> replacements = List.of("new0", "new1", "new2");
            List<String> after = new ArrayList<>(images);
            for (int i = 0; i < replacements.size(); i++) {
                after.set(LOST.get(i), Images.blank(directory.resolve(replacements.get(i)), MEMBER_BYTES).toString());
            }
            List<String> arguments = List.of(words(share.toString(), port, NAME, after));
            List<String> options = List.of("--net", "--rw", share.toString());
            try (Guest guest = Guest.start(GUEST_LIMIT, options, "main-job.sh", arguments)) {
                guest.awaitLine("BUSY", STEP_LIMIT);
                loseTwo(ashlar, guest, images);
                rebuildTwo(ashlar, after);
                loseOneToHotSpare(ashlar, images, after);
                Files.createFile(share.resolve("enough"));
                guest.awaitLine("DETACHED", STEP_LIMIT);
                story.add(ashlar.run(0, "check", NAME));
                daemon.terminate();
                assertThat(daemon.await(STEP_LIMIT)).as(daemon::said).isZero();
                story.add("stopped by SIGTERM: clean");
                Files.createFile(share.resolve("stopped"));
                int status = guest.await();
                assertThat(status).as(() -> "the guest said:\n" + guest.said()).isZero();
                assertThat(guest.said()).contains("\nDONE");
                story.add("in the guest:\n    " + guest.said().replace("\n", "\n    "));
            }
        }
        System.out.println("The main job in the VM:\n  " + String.join("\n  ", story));
    }

    private static String portOf(Child daemon) throws InterruptedException {
        String line = daemon.awaitLine("the URI", text -> URI.matcher(text).find(), STEP_LIMIT);
        Matcher uri = URI.matcher(line);
        assertThat(uri.find()).isTrue();
        return uri.group(1);
    }

    /** Both are missing at the same time for at least one whole run of fio, which reads what is on neither. */
    private void loseTwo(Ashlar ashlar, Guest guest, List<String> images) throws IOException, InterruptedException {
        ashlar.run(0, "fail", NAME, images.get(LOST.get(0)));
        ashlar.run(0, "fail", NAME, images.get(LOST.get(1)));
        int passes = guest.count("PASS");
        guest.awaitLine("PASS " + (passes + 2), STEP_LIMIT);
        assertThat(ashlar.detail(NAME).get("degraded_disks").integer()).isEqualTo(2);
        story.add("failed two members; fio verified without them");
    }

    private void rebuildTwo(Ashlar ashlar, List<String> after) throws IOException, InterruptedException {
        for (int lost : LOST.subList(0, 2)) {
            story.add(ashlar.run(0, "add", NAME, after.get(lost)).replace(directory + "/", ""));
        }
        ashlar.awaitDetail(NAME, "whole again", detail -> idleWith(detail, 0), STEP_LIMIT);
        story.add("rebuilt both");
    }

    private void loseOneToHotSpare(Ashlar ashlar, List<String> images, List<String> after)
            throws IOException, InterruptedException {
        int lost = LOST.get(2);
        story.add(ashlar.run(0, "add", NAME, after.get(lost)).replace(directory + "/", ""));
        ashlar.run(0, "fail", NAME, images.get(lost));
        ashlar.awaitDetail(NAME, "rebuilt onto the spare", detail -> idleWith(detail, 0), STEP_LIMIT);
        story.add("failed a third member; rebuilt onto the hot spare");
    }

    /** Words and lists of words, one after the other. */
    private static String[] words(Object... parts) {
        return Stream.of(parts)
                .flatMap(part -> part instanceof List<?> list ? list.stream() : Stream.of(part))
                .map(Object::toString)
                .toArray(String[]::new);
    }

    private static boolean idleWith(Json detail, int degradedDisks) {
        return detail.get("degraded_disks").integer() == degradedDisks
                && detail.get("progress").get("action").text().equals("idle");
    }
}
