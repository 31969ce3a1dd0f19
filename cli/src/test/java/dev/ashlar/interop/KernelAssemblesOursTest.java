package dev.ashlar.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Arrays that Ashlar made and used, under the real md driver and mdadm, and arrays that these changed or made, under
 * Ashlar. All of it in one boot of one guest: the arrays are made first, the guest is taken through all steps, and the
 * tests look at what came of it.
 */
@Tag("vm")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KernelAssemblesOursTest {
    private static final Duration CHECK_LIMIT = Duration.ofMinutes(2);
    /** What mdadm says about a member that must differ between two arrays, or does with their use. */
    private static final Set<String> OWN =
            Set.of("Array UUID", "Device UUID", "Name", "Creation Time", "Update Time", "Events", "Checksum");

    @TempDir
    static Path directory;

    private final CoverageTable table = new CoverageTable();
    private KernelVisit visit;

    @BeforeAll
    void makeArraysAndBootTheKernel() throws Exception {
        Tools.requireGuest("mdadm", "sha256sum", "blockdev");
        visit = new KernelVisit(directory);
        long seed = 1;
        for (ArrayPlan plan : ArrayPlan.all()) {
            visit.make(plan, seed++);
        }
        for (MdadmArray array : MdadmArray.all()) {
            visit.create(array);
        }
        twins().forEach(visit::makeTwin);
        visit.boot();
    }

    static Stream<ArrayPlan> arrays() {
        return ArrayPlan.all().stream().filter(plan -> plan.visit() != ArrayPlan.Visit.SPOILED);
    }

    static Stream<ArrayPlan> changedArrays() {
        return arrays().filter(plan -> plan.visit() == ArrayPlan.Visit.CHANGE);
    }

    static Stream<ArrayPlan> spoiledArrays() {
        return ArrayPlan.all().stream().filter(plan -> plan.visit() == ArrayPlan.Visit.SPOILED);
    }

    static Stream<ArrayPlan> twins() {
        return ArrayPlan.all().stream().filter(KernelVisit::canHaveTwin);
    }

    static Stream<MdadmArray> mdadmArrays() {
        return MdadmArray.all().stream();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("arrays")
    void mdadmExaminesOurMembersAsWeDo(ArrayPlan plan) throws IOException {
        MadeArray array = visit.made(plan);
        List<ExamineReport> reports = visit.examine(plan.name());
        List<ExamineReport> bitmaps = plan.hasBitmap() ? visit.examineBitmap(plan.name()) : List.of();
        int compared = 0;
        for (int i = 0; i < array.images().size(); i++) {
            ExaminedMember member = ExaminedMember.read(array.images().get(i));
            compared += member.compare(reports.get(i));
            compared += plan.hasBitmap() ? member.compareBitmap(bitmaps.get(i)) : 0;
        }
        table.put(plan.name(), "fields", Integer.toString(compared));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("twins")
    void ourMembersAreAsMdadmWouldHaveMadeThem(ArrayPlan plan) throws IOException {
        visit.made(plan);
        visit.results().of(KernelVisit.twinOf(plan), "done");
        List<ExamineReport> reports = visit.examine(plan.name());
        List<ExamineReport> twins = visit.examine(KernelVisit.twinOf(plan));
        int equal = 0;
        for (int i = 0; i < plan.members(); i++) {
            Map<String, String> ours = new LinkedHashMap<>(reports.get(i).fields());
            Map<String, String> twin = new LinkedHashMap<>(twins.get(i).fields());
            ours.keySet().removeAll(OWN);
            twin.keySet().removeAll(OWN);
            assertThat(ours).containsExactlyEntriesOf(twin);
            equal += ours.size();
        }
        table.put(plan.name(), "like mdadm's", Integer.toString(equal));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("arrays")
    void theKernelAssemblesOursAndReadsTheSame(ArrayPlan plan) {
        MadeArray array = visit.made(plan);
        String name = plan.name();
        assertThat(visit.results().of(name, "bytes.first")).isEqualTo(Long.toString(array.arrayBytes()));
        assertThat(visit.results().of(name, "sha256.first")).isEqualTo(array.sha256());
        table.put(name, "sha256", "same");
        if (plan.level().isRedundant()) {
            assertThat(visit.results().of(name, "degraded")).isEqualTo(Integer.toString(array.degradedDisks()));
        }
        if (plan.life() == ArrayPlan.Life.CRASHED) {
            assertThat(visit.results().of(name, "resync")).as("resync_start of a torn array").isEqualTo("0");
        }
        if (array.checkable()) {
            table.put(name, "mismatch_cnt", visit.results().of(name, "mismatch.first"));
            assertThat(visit.results().of(name, "mismatch.first")).as("mismatch_cnt").isEqualTo("0");
        }
        assertThat(visit.results().of(name, "done")).isEqualTo("yes");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("changedArrays")
    void weReadWhatTheKernelWroteAndRebuilt(ArrayPlan plan) throws Exception {
        MadeArray array = visit.made(plan);
        String name = plan.name();
        assertThat(visit.results().of(name, "mismatch.second")).as("mismatch_cnt").isEqualTo("0");
        String kernelSaw = visit.results().of(name, "sha256.second");
        assertThat(kernelSaw).as("the kernel's own view").isEqualTo(array.sha256Changed());
        List<Path> images = visit.extract(name);
        if (!plan.hasBitmap()) {
            images.remove(1);
        }
        openAndCompare(name, images, array.sha256Changed());
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("mdadmArrays")
    void arraysMadeByMdadmOpenHere(MdadmArray array) throws Exception {
        String kernelSaw = visit.results().of(array.name(), "sha256.first");
        assertThat(visit.results().of(array.name(), "done")).isEqualTo("yes");
        List<Path> images = visit.extract(array.name());
        List<ExamineReport> reports = visit.examine(array.name());
        int compared = 0;
        for (int i = 0; i < images.size(); i++) {
            compared += ExaminedMember.read(images.get(i)).compare(reports.get(i));
        }
        table.put(array.name(), "fields", Integer.toString(compared));
        openAndCompare(array.name(), images, kernelSaw);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("spoiledArrays")
    void aSpoiledSectorIsFoundByTheKernelsCheck(ArrayPlan plan) {
        visit.made(plan);
        assertThat(Long.parseLong(visit.results().of(plan.name(), "mismatch.first"))).as("mismatch_cnt").isPositive();
        table.put(plan.name(), "mismatch_cnt", visit.results().of(plan.name(), "mismatch.first"));
    }

    private void openAndCompare(String name, List<Path> images, String sha256) throws Exception {
        try (RaidArray opened = RaidArray.open(images, OpenOptions.WRITABLE)) {
            assertThat(VolumeTwin.sha256(opened)).as("content read by Ashlar").isEqualTo(sha256);
            opened.requestAction(SyncAction.CHECK);
            assertThat(opened.awaitIdle(CHECK_LIMIT)).as("check ended").isTrue();
            ArrayStatus status = opened.status();
            assertThat(status.mismatchSectors()).as("mismatches found by Ashlar").isZero();
            assertThat(status.degradedDisks()).as("degraded disks").isZero();
            assertThat(status.dirty()).as("dirty").isFalse();
        }
        table.put(name, "and back", "same, check 0");
    }

    @AfterAll
    void tellWhatWasCovered() {
        table.print("The real kernel and our arrays");
    }
}
