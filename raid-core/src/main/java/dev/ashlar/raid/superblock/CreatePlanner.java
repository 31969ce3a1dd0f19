package dev.ashlar.raid.superblock;

import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.RaidLevel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Works out a {@link CreatePlan}. */
final class CreatePlanner {
    private static final int SUPERBLOCK_SECTOR = 8;
    private static final int RAID1_UNIT_SECTORS = 128;
    private static final long MIN_BITMAP_CHUNK_BYTES = 4096;

    private final CreatePlan.Request request;
    private final RaidLevel level;
    private final List<Integer> present;
    private final List<String> warnings = new ArrayList<>();

    CreatePlanner(CreatePlan.Request request) {
        this.request = request;
        this.level = request.level();
        this.present = IntStream.range(0, request.devices())
                .filter(number -> request.sectors(number) != 0)
                .boxed()
                .toList();
    }

    CreatePlan plan() {
        checkRequest();
        ReservedAreas areas = areas();
        long dataOffset = dataOffset(areas);
        long component = component(dataOffset);
        ArrayFields draft = draft(component, dataOffset);
        checkShape(draft);
        long arrayBytes = ArrayShape.arrayBytes(draft, dataSizes(dataOffset))
                .orElseThrow(() -> new IllegalArgumentException("members are too small or too large for a " + level
                        + ": data sectors=" + Arrays.toString(dataSizes(dataOffset))));
        CreatePlan.Bitmap bitmap = bitmap(component, arrayBytes, dataOffset);
        ArrayFields array = bitmap == null
                ? draft
                : draft.withFeatures(draft.features() | Features.BITMAP_OFFSET)
                        .withBitmapOffset(bitmap.offsetSectors());
        NavigableMap<Integer, Superblock> superblocks = superblocks(array, dataOffset, bitmap);
        return new CreatePlan(dataOffset, component, arrayBytes, bitmap, areas, superblocks, warnings);
    }

    private void checkRequest() {
        require(!request.name().isEmpty() && SetName.encode(request.name()).length > 0, "name is empty");
        require(request.deviceUuids().size() == request.devices(), "deviceUuids=" + request.deviceUuids().size()
                + " devices=" + request.devices());
        require(request.devices() <= SuperblockLayout.MAX_DEV, "devices=" + request.devices() + " max="
                + SuperblockLayout.MAX_DEV);
        require(level != RaidLevel.RAID1 || request.chunkSectors() == 0, "chunkSectors=" + request.chunkSectors()
                + ", but RAID 1 has no chunks");
        boolean none = request.policy() == ConsistencyPolicy.NONE;
        require(none == (level == RaidLevel.RAID0), "policy=" + request.policy().word() + " does not suit " + level);
        require(!request.spareSectors().contains(0L), "a spare cannot be missing");
        require(level.isRedundant() || request.spareSectors().isEmpty(), "raid0 has no use for spares");
    }

    private void checkShape(ArrayFields array) {
        ArrayShape.problem(array).ifPresent(problem -> {
            throw new IllegalArgumentException(problem.sentence());
        });
        long inSync = present.stream().filter(number -> number < array.raidDisks())
                .mapToLong(number -> 1L << number)
                .reduce(0, (a, b) -> a | b);
        require(ArrayShape.survives(array, inSync), "too many missing: " + Long.bitCount(inSync) + " of "
                + array.raidDisks() + " members are given, a " + level + " cannot run with so few");
    }

    private ReservedAreas areas() {
        if (!request.headRoom()) {
            return null;
        }
        long smallest = smallest(0, request.devices());
        long bytes = smallest * SuperblockLayout.SECTOR_BYTES;
        if (bytes < ReservedAreas.MIN_MEMBER_BYTES) {
            warnings.add("the smallest member has " + bytes + " bytes; below " + ReservedAreas.MIN_MEMBER_BYTES
                    + " no room is reserved for integrity data and log");
            return null;
        }
        return ReservedAreas.of(bytes);
    }

    /** mdadm takes its choice from the first member it looks at. */
    private long dataOffset(ReservedAreas areas) {
        require(!present.isEmpty(), "no member is given");
        long mdadm = MdadmSizes.dataOffset(request.sectors(present.getFirst()), request.chunkSectors());
        return areas == null ? mdadm : Math.max(mdadm, areas.endBytes() / SuperblockLayout.SECTOR_BYTES);
    }

    private long component(long dataOffset) {
        long unit = level == RaidLevel.RAID1 ? RAID1_UNIT_SECTORS : Math.max(1, request.chunkSectors());
        for (int number : present) {
            require(request.sectors(number) >= dataOffset + unit, "member " + number + " has " + request.sectors(number)
                    + " sectors; the data begin at sector " + dataOffset + ", so at least " + (dataOffset + unit)
                    + " are needed");
        }
        if (level == RaidLevel.RAID0) {
            return 0;
        }
        long component = (smallest(0, request.memberSectors().size()) - dataOffset) / unit * unit;
        for (int i = 0; i < request.spareSectors().size(); i++) {
            require(request.spareSectors().get(i) - dataOffset >= component, "spare " + i + " has "
                    + request.spareSectors().get(i) + " sectors, " + (dataOffset + component) + " are needed");
        }
        return component;
    }

    private ArrayFields draft(long component, long dataOffset) {
        int roles = request.memberSectors().size();
        int[] table = new int[roles];
        for (int role = 0; role < roles; role++) {
            table[role] = request.sectors(role) == 0 ? Roles.SPARE : role;
        }
        boolean unequal = level == RaidLevel.RAID0 && hasUnequalChunks(dataOffset);
        int layout = level == RaidLevel.RAID0 && request.layout() == 0 ? 1 : request.layout();
        long now = MdText.time(request.nowSeconds(), 0);
        return new ArrayFields(request.setUuid(), request.name(), now, level, layout, component, request.chunkSectors(),
                roles, unequal ? Features.RAID0_LAYOUT : 0, 0, now, 0, resyncOffset(),
                Roles.of(SuperblockLayout.maxDevFor(request.devices()), table));
    }

    /** A parity array with a member missing has by definition the content its parity says. */
    private long resyncOffset() {
        boolean defined = level.hasParity() && request.memberSectors().contains(0L);
        return request.clean() || defined || !level.isRedundant() ? ArrayFields.CLEAN : 0;
    }

    private boolean hasUnequalChunks(long dataOffset) {
        return request.chunkSectors() > 0
                && present.stream().map(number -> (request.sectors(number) - dataOffset) / request.chunkSectors())
                        .distinct().count() > 1;
    }

    private long[] dataSizes(long dataOffset) {
        return request.memberSectors().stream().mapToLong(sectors -> sectors - dataOffset).toArray();
    }

    private CreatePlan.Bitmap bitmap(long component, long arrayBytes, long dataOffset) {
        long wanted = request.bitmapChunkBytes();
        require(wanted == 0 || wanted >= MIN_BITMAP_CHUNK_BYTES && Long.bitCount(wanted) == 1,
                "bitmapChunkBytes=" + wanted + " is not a power of two of at least " + MIN_BITMAP_CHUNK_BYTES);
        if (request.policy() != ConsistencyPolicy.BITMAP) {
            return null;
        }
        long sync = level == RaidLevel.RAID10 ? arrayBytes / SuperblockLayout.SECTOR_BYTES : component;
        long usual = Math.max(8, MdadmSizes.bitmapRoom(component));
        long chunk = wanted == 0 ? MdadmSizes.bitmapChunkBytes(sync, usual) : wanted;
        long room = Math.max(usual, mostBitmapSectors(dataOffset));
        if (!MdadmSizes.bitmapFits(sync, chunk, room)) {
            throw new IllegalArgumentException("bitmapChunkBytes=" + chunk + " is too small: the bitmap would not fit"
                    + " its " + room + " sectors; at least " + leastChunk(sync, room) + " is needed");
        }
        long sectors = MdadmSizes.bitmapSectors(MdadmSizes.bits(sync, chunk));
        return new CreatePlan.Bitmap(MdadmSizes.BITMAP_OFFSET, sectors, chunk, sync);
    }

    /** A bitmap asked for may reach to Ashlar's header, or to the data, leaving room for the bad-block log. */
    private static long mostBitmapSectors(long dataOffset) {
        long end = Math.min(dataOffset, AshlarHeader.OFFSET_BYTES / SuperblockLayout.SECTOR_BYTES);
        return end - SUPERBLOCK_SECTOR - MdadmSizes.BITMAP_OFFSET - MdadmSizes.BAD_BLOCK_SECTORS;
    }

    private static long leastChunk(long syncSectors, long roomSectors) {
        long chunk = MIN_BITMAP_CHUNK_BYTES;
        while (!MdadmSizes.bitmapFits(syncSectors, chunk, roomSectors)) {
            chunk *= 2;
        }
        return chunk;
    }

    private NavigableMap<Integer, Superblock> superblocks(
            ArrayFields array, long dataOffset, CreatePlan.Bitmap bitmap) {
        int badBlocks = MdadmSizes.badBlockOffset(array.sizeSectors(), bitmap == null ? 0 : bitmap.sectors());
        if (dataOffset < SUPERBLOCK_SECTOR + badBlocks + MdadmSizes.BAD_BLOCK_SECTORS) {
            badBlocks = (int) (dataOffset - MdadmSizes.BAD_BLOCK_SECTORS - SUPERBLOCK_SECTOR);
        }
        NavigableMap<Integer, Superblock> superblocks = new TreeMap<>();
        for (int number : present) {
            MemberFields member = new MemberFields(number, request.deviceUuids().get(number), 0, dataOffset,
                    request.sectors(number) - dataOffset, SUPERBLOCK_SECTOR, 0, 0, 0, 0, MdadmSizes.BAD_BLOCK_SECTORS,
                    badBlocks, 0);
            superblocks.put(number, new Superblock(2, array, member));
        }
        return superblocks;
    }

    private long smallest(int from, int to) {
        return IntStream.range(from, to).mapToLong(request::sectors).filter(sectors -> sectors != 0).min().orElse(0);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
