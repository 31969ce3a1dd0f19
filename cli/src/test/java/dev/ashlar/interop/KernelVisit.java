package dev.ashlar.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One boot of a guest for many arrays: those that Ashlar made, those that mdadm makes, and for some of ours an empty
 * twin that mdadm makes with the same words. All are partitions of one disk. Used by one thread.
 */
final class KernelVisit {
    /** Ten times what it takes on two idle processors: what takes longer hangs. */
    private static final Duration LIMIT = Duration.ofMinutes(40);
    private static final int TWIN_MEMBERS = 8;
    private static final int TWIN_MEMBER_KIB = 4096;

    private final Path directory;
    private final Path out;
    private final MdSteps steps = new MdSteps();
    private final MemberDisk members = new MemberDisk();
    private final Map<String, MadeArray> made = new LinkedHashMap<>();
    private final Map<String, Throwable> unmade = new LinkedHashMap<>();
    private final Map<String, List<String>> devices = new LinkedHashMap<>();
    private final List<String> twinDevices = new ArrayList<>();
    private MdResults results;

    /** @param directory for everything: images, the disk, what the guest says */
    KernelVisit(Path directory) throws IOException {
        this.directory = directory;
        this.out = Files.createDirectory(directory.resolve("out"));
        for (int i = 0; i < TWIN_MEMBERS; i++) {
            twinDevices.add(members.addBlank(TWIN_MEMBER_KIB * 1024L));
        }
    }

    /** Makes an array with Ashlar. If that fails, {@link #made} says so, and the others are not held up. */
    void make(ArrayPlan plan, long seed) throws IOException {
        try {
            MadeArray array = ArrayMaker.make(plan, directory.resolve(plan.name()), seed);
            if (plan.visit() == ArrayPlan.Visit.SPOILED) {
                Images.spoil(array.images().getFirst());
            }
            made.put(plan.name(), array);
            visit(array);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            unmade.put(plan.name(), e);
        } catch (Exception | AssertionError e) {
            unmade.put(plan.name(), e);
        }
    }

    private void visit(MadeArray array) throws IOException {
        ArrayPlan plan = array.plan();
        List<String> names = new ArrayList<>();
        for (Path image : array.images()) {
            names.add(members.add(image));
        }
        int offered = names.size();
        boolean changes = plan.visit() == ArrayPlan.Visit.CHANGE;
        if (changes && !plan.hasBitmap()) {
            names.add(members.addBlank(Files.size(array.images().getFirst())));
        }
        devices.put(plan.name(), names);
        steps.array(plan.name(), names).step("examine");
        if (plan.hasBitmap()) {
            steps.step("examine-bitmap");
        }
        steps.step("assemble " + offered).step("fact state array_state");
        if (plan.level().isRedundant()) {
            steps.step("fact degraded degraded");
        }
        if (plan.life() == ArrayPlan.Life.CRASHED) {
            steps.step("fact resync resync_start").step("readwrite").step("settle 0");
        }
        steps.step("hash first");
        if (array.checkable()) {
            steps.step("check first");
        }
        if (changes) {
            change(array, plan.hasBitmap() ? 1 : offered);
        }
        steps.step("stop");
    }

    /** Writes, loses member 1, writes more, and rebuilds onto a device: by the bitmap if it is member 1 again. */
    private void change(MadeArray array, int rebuiltOnto) throws IOException {
        List<String> writes = new ArrayList<>();
        for (MadeArray.Change change : array.changes()) {
            Path file = out.resolve(array.plan().name() + ".write" + writes.size());
            writes.add("write " + Files.write(file, change.bytes()) + " " + change.offsetKib());
        }
        steps.step(writes.get(0)).step("fail 1").step(writes.get(1)).step("remove 1").step("settle 1");
        steps.step("add " + rebuiltOnto).step("settle 0").step("hash second").step("check second");
    }

    /** Lets mdadm make an array and write to it. */
    void create(MdadmArray array) throws IOException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < array.members(); i++) {
            names.add(members.addBlank(array.memberMib() * 1024L * 1024));
        }
        devices.put(array.name(), names);
        Path file = Files.write(out.resolve(array.name() + ".write"), array.bytes());
        steps.array(array.name(), names).step("create " + array.members() + " " + array.words()).step("settle 0");
        steps.step("write " + file + " " + array.offsetKib()).step("hash first").step("stop").step("examine");
    }

    /** Whether an array is one that {@link #makeTwin} can be asked for. */
    static boolean canHaveTwin(ArrayPlan plan) {
        return plan.visit() == ArrayPlan.Visit.LOOK
                && plan.life() == ArrayPlan.Life.FULL
                && plan.memberKib().equals(Collections.nCopies(plan.members(), TWIN_MEMBER_KIB));
    }

    /** Lets mdadm make an array of the same shape, and examines it. */
    void makeTwin(ArrayPlan plan) {
        devices.put(twinOf(plan), twinDevices.subList(0, plan.members()));
        steps.array(twinOf(plan), devices.get(twinOf(plan)));
        steps.step("create " + plan.members() + " " + plan.mdadmWords()).step("stop").step("examine");
    }

    /** The twin's name. */
    static String twinOf(ArrayPlan plan) {
        return "twin-" + plan.name();
    }

    /** Boots the guest and takes all arrays through their steps. */
    void boot() throws IOException, InterruptedException {
        members.write(disk());
        Path list = out.resolve("steps");
        steps.write(list);
        List<String> options = List.of("--disk", disk().toString(), "--rw", out.toString());
        try (Guest guest = Guest.start(LIMIT, options, "md-steps.sh", List.of(list.toString(), out.toString()))) {
            int status = guest.await();
            assertThat(status).as(() -> "the guest said: " + guest.said()).isZero();
        }
        results = new MdResults(out);
    }

    /** What the guest found out. */
    MdResults results() {
        return results;
    }

    /** mdadm's reports on the members of an array, in their order. */
    List<ExamineReport> examine(String name) throws IOException {
        return devices.get(name).stream().map(results.examine(name)::get).toList();
    }

    /** mdadm's reports on the bitmaps of the members of an array, in their order. */
    List<ExamineReport> examineBitmap(String name) throws IOException {
        return devices.get(name).stream().map(results.examineBitmap(name)::get).toList();
    }

    /** An array as Ashlar made it. @throws AssertionError with the reason if it could not */
    MadeArray made(ArrayPlan plan) {
        if (unmade.containsKey(plan.name())) {
            throw new AssertionError(plan + " could not be made", unmade.get(plan.name()));
        }
        return made.get(plan.name());
    }

    /** Takes an array's members out of the disk, as the kernel left them. */
    List<Path> extract(String name) throws IOException {
        Path target = Files.createDirectories(directory.resolve("back").resolve(name));
        List<Path> images = new ArrayList<>();
        for (String device : devices.get(name)) {
            Path image = target.resolve("m" + images.size());
            members.extract(disk(), device, image);
            images.add(image);
        }
        return images;
    }

    private Path disk() {
        return directory.resolve("disk");
    }
}
