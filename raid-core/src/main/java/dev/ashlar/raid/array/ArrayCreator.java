package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.Devices;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.bitmap.BitmapHeader;
import dev.ashlar.raid.bitmap.WriteIntentBitmap;
import dev.ashlar.raid.superblock.AshlarHeader;
import dev.ashlar.raid.superblock.CreatePlan;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Makes arrays. Invariants: nothing is written to a device before all of them were opened, locked, examined and planned
 * for; superblocks are written last, so that a crash leaves no half array; images made by a call that fails are removed.
 */
final class ArrayCreator {
    private final CreateSpec spec;
    private final ArrayEnvironment environment;
    private final List<Path> made = new ArrayList<>();
    private final List<BlockDevice> open = new ArrayList<>();

    private ArrayCreator(CreateSpec spec, ArrayEnvironment environment) {
        this.spec = spec;
        this.environment = environment;
    }

    static ArrayStatus create(CreateSpec spec, ArrayEnvironment environment) throws IOException {
        ArrayCreator creator = new ArrayCreator(spec, environment);
        List<String> warnings = creator.create();
        List<Path> paths = spec.members().stream().filter(Objects::nonNull).toList();
        try (RaidArray array = ArrayOpener.open(
                Stream.concat(paths.stream(), spec.spares().stream()).toList(), OpenOptions.READ_ONLY, environment)) {
            ArrayStatus status = array.status();
            return status.withWarnings(Stream.concat(warnings.stream(), status.warnings().stream()).toList());
        }
    }

    private List<String> create() throws IOException {
        boolean done = false;
        try {
            requireDistinct();
            for (Path path : spec.members()) {
                open.add(path == null ? null : openOrMake(path));
            }
            for (Path path : spec.spares()) {
                open.add(openOrMake(path));
            }
            CreatePlan plan = CreatePlan.of(request());
            write(plan);
            done = true;
            return plan.warnings();
        } finally {
            for (BlockDevice device : open) {
                if (device != null) {
                    device.close();
                }
            }
            if (!done) {
                for (Path path : made) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private void requireDistinct() throws ArrayRefusedException {
        List<Path> all = Stream.concat(spec.members().stream().filter(Objects::nonNull), spec.spares().stream())
                .map(path -> path.toAbsolutePath().normalize()).toList();
        if (all.isEmpty()) {
            throw new ArrayRefusedException("every member is missing");
        }
        for (int i = 0; i < all.size(); i++) {
            if (all.indexOf(all.get(i)) != i) {
                throw new ArrayRefusedException(all.get(i) + " is given twice");
            }
        }
    }

    private BlockDevice openOrMake(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            if (spec.memberBytes() <= 0) {
                throw new ArrayRefusedException(path + " does not exist; --member-size makes it as an image file");
            }
            Devices.createImage(path, spec.memberBytes(), false);
            made.add(path);
            return MemberDevices.openWritable(path).device();
        }
        BlockDevice device = MemberDevices.openWritable(path).device();
        boolean kept = false;
        try {
            Optional<String> content = spec.force() ? Optional.empty() : SuperblockIo.foreignContent(device);
            if (content.isPresent()) {
                throw new ArrayRefusedException(path + " holds " + content.get() + "; --force overwrites it");
            }
            kept = true;
            return device;
        } finally {
            if (!kept) {
                device.close();
            }
        }
    }

    private CreatePlan.Request request() {
        List<Long> members = open.subList(0, spec.members().size()).stream()
                .map(device -> device == null ? 0L : device.sizeBytes() / 512).toList();
        List<Long> spares = open.subList(spec.members().size(), open.size()).stream()
                .map(device -> device.sizeBytes() / 512).toList();
        List<UUID> deviceUuids = open.stream().map(_ -> environment.uuids().get()).toList();
        long present = open.stream().filter(Objects::nonNull).count();
        boolean fresh = made.size() == present;
        return new CreatePlan.Request(spec.name(), spec.level(), spec.layout(), (int) (spec.chunkBytes() / 512), members,
                spares, spec.policy(), spec.bitmapChunkBytes(), fresh || spec.assumeClean(), spec.headRoom(),
                environment.uuids().get(), deviceUuids, environment.wallClock().instant().getEpochSecond());
    }

    private void write(CreatePlan plan) throws IOException {
        for (Map.Entry<Integer, Superblock> entry : plan.superblocks().entrySet()) {
            BlockDevice device = open.get(entry.getKey());
            Superblock superblock = entry.getValue();
            SuperblockIo.erase(device);
            MemberBadBlocks.fresh(device, superblock.member());
            if (plan.bitmap() != null) {
                writeBitmap(device, superblock, plan.bitmap());
            }
            if (plan.areas() != null) {
                AshlarHeader.first(superblock, plan.areas()).write(device);
            }
            device.flush();
        }
        for (Map.Entry<Integer, Superblock> entry : plan.superblocks().entrySet()) {
            SuperblockIo.write(open.get(entry.getKey()), entry.getValue());
        }
    }

    private static void writeBitmap(BlockDevice device, Superblock superblock, CreatePlan.Bitmap bitmap)
            throws IOException {
        BitmapHeader header = BitmapHeader.fresh(superblock.array().setUuid(), bitmap.syncSectors(),
                bitmap.chunkBytes()).withEvents(superblock.array().events());
        long at = (superblock.member().superOffset() + bitmap.offsetSectors()) * 512;
        WriteIntentBitmap.create(header, !superblock.array().clean(), (offset, source, from, length) ->
                device.write(at + offset, source, from, length, false)).rewriteAll();
    }
}
