package dev.ashlar.interop;

import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes an array of a plan with Ashlar and lets it live the plan's life. For one array; not thread-safe. */
final class ArrayMaker {
    private static final Duration REBUILD_LIMIT = Duration.ofMinutes(2);
    private static final int SOME = 40;
    private static final int KERNEL_WRITE_BYTES = 600 << 10;

    private final ArrayPlan plan;
    private final Path directory;
    private final VolumeTwin twin;
    private final List<Path> members = new ArrayList<>();
    private final List<Path> offered = new ArrayList<>();

    private ArrayMaker(ArrayPlan plan, Path directory, long seed) {
        this.plan = plan;
        this.directory = directory;
        this.twin = new VolumeTwin(seed);
    }

    /** Makes the array in a directory of its own. */
    static MadeArray make(ArrayPlan plan, Path directory, long seed) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        ArrayMaker maker = new ArrayMaker(plan, directory, seed);
        maker.create();
        return maker.live();
    }

    private void create() throws IOException {
        boolean equal = plan.memberKib().stream().distinct().count() == 1;
        for (int i = 0; i < plan.members(); i++) {
            Path image = directory.resolve("m" + i);
            members.add(image);
            if (!equal) {
                Images.blank(image, memberBytes(i));
            }
        }
        List<Path> spares = plan.life() == ArrayPlan.Life.SPARED ? List.of(directory.resolve("spare")) : List.of();
        offered.addAll(members);
        offered.addAll(spares);
        RaidArray.create(new CreateSpec(
                plan.name(),
                plan.level(),
                plan.layoutNumber(),
                plan.chunkKib() * 1024L,
                equal ? memberBytes(0) : 0,
                plan.policy(),
                plan.hasBitmap() ? 64 << 10 : 0,
                false,
                false,
                plan.headRoom(),
                members,
                spares));
    }

    private MadeArray live() throws IOException, InterruptedException {
        int degraded = 0;
        long arrayBytes;
        try (RaidArray array = open()) {
            arrayBytes = array.sizeBytes();
            if (plan.life() == ArrayPlan.Life.PARTIAL) {
                twin.startEmpty(arrayBytes);
                twin.writeSome(array, SOME);
                twin.discardSome(array, SOME / 2);
                twin.writeSome(array, SOME);
            } else {
                twin.fill(array);
            }
            switch (plan.life()) {
                case FULL, PARTIAL, CRASHED -> {}
                case REBUILT -> rebuild(array);
                case SPARED -> loseToSpare(array);
                case DEGRADED -> degraded = degrade(array);
            }
        }
        if (plan.life() == ArrayPlan.Life.CRASHED) {
            crash();
        }
        String sha256 = twin.sha256();
        boolean changes = plan.visit() == ArrayPlan.Visit.CHANGE;
        List<MadeArray.Change> list = changes ? List.of(kernelWrite(0.2), kernelWrite(0.6)) : List.of();
        return new MadeArray(plan, List.copyOf(offered), degraded, arrayBytes, sha256, list, twin.sha256());
    }

    private MadeArray.Change kernelWrite(double place) {
        int offsetKib = (int) (twin.sizeBytes() / 1024 * place) / 4 * 4;
        byte[] bytes = twin.bytes(KERNEL_WRITE_BYTES);
        twin.put(offsetKib * 1024, bytes);
        return new MadeArray.Change(offsetKib, bytes);
    }

    private void rebuild(RaidArray array) throws IOException, InterruptedException {
        int lost = Math.min(plan.redundancy(), 2);
        for (int i = 0; i < lost; i++) {
            array.failMember(members.get(i).toString());
            twin.writeSome(array, SOME / 4);
        }
        for (int i = 0; i < lost; i++) {
            array.removeMember(members.get(i).toString());
            Path fresh = Images.blank(directory.resolve("new" + i), memberBytes(i));
            array.addMember(fresh, false);
            offered.set(i, fresh);
            twin.writeSome(array, SOME / 4);
        }
        awaitWhole(array);
        twin.writeSome(array, SOME / 4);
    }

    private void loseToSpare(RaidArray array) throws IOException, InterruptedException {
        array.failMember(members.get(1).toString());
        twin.writeSome(array, SOME / 4);
        awaitWhole(array);
        twin.writeSome(array, SOME / 4);
    }

    private int degrade(RaidArray array) throws IOException {
        array.failMember(members.get(1).toString());
        twin.writeSome(array, SOME / 4);
        return 1;
    }

    private static void awaitWhole(RaidArray array) throws InterruptedException {
        if (!array.awaitIdle(REBUILD_LIMIT) || array.status().degradedDisks() != 0) {
            throw new AssertionError("not rebuilt: " + array.status());
        }
    }

    /**
     * Writes to the array, copies all members as a crash would leave them, and takes from the copies of the last ones
     * what those writes changed in their data. What the other members hold is then enough to know every byte.
     */
    private void crash() throws IOException {
        int torn = Math.max(1, plan.level().parityDisks());
        List<Path> before = members.subList(members.size() - torn, members.size());
        for (Path member : before) {
            Files.copy(member, besides(member, ".before"));
        }
        offered.clear();
        try (RaidArray array = open()) {
            twin.writeSome(array, 5);
            array.flush();
            for (Path member : members) {
                offered.add(Files.copy(member, besides(member, ".crashed")));
            }
        }
        for (Path member : before) {
            Images.copyData(besides(member, ".before"), besides(member, ".crashed"));
            if (Files.mismatch(member, besides(member, ".crashed")) < 0) {
                throw new AssertionError("nothing was torn off " + member);
            }
        }
    }

    private RaidArray open() throws IOException {
        return RaidArray.open(offered.isEmpty() ? members : offered, OpenOptions.WRITABLE);
    }

    private long memberBytes(int role) {
        return plan.memberKib().get(role) * 1024L;
    }

    private static Path besides(Path image, String suffix) {
        return image.resolveSibling(image.getFileName() + suffix);
    }
}
