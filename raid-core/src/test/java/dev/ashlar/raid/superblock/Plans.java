package dev.ashlar.raid.superblock;

import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.RaidLevel;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

/** Requests for arrays of equal members, to be varied. */
final class Plans {
    static final long MIB = 2048;
    static final UUID SET = new UUID(0x0123456789abcdefL, 0xfedcba9876543210L);
    static final long NOW = 1_763_800_000L;

    private Plans() {}

    static CreatePlan.Request request(RaidLevel level, int layout, int chunkSectors, int disks, long sectors) {
        boolean raid0 = level == RaidLevel.RAID0;
        return new CreatePlan.Request("any:test", level, layout, chunkSectors, Collections.nCopies(disks, sectors),
                List.of(), raid0 ? ConsistencyPolicy.NONE : ConsistencyPolicy.RESYNC, 0, true, false, SET, uuids(disks),
                NOW);
    }

    static List<UUID> uuids(int devices) {
        return LongStream.range(0, devices).mapToObj(number -> new UUID(7, number)).toList();
    }

    static CreatePlan.Request members(CreatePlan.Request r, List<Long> members, List<Long> spares) {
        return new CreatePlan.Request(r.name(), r.level(), r.layout(), r.chunkSectors(), members, spares, r.policy(),
                r.bitmapChunkBytes(), r.clean(), r.headRoom(), r.setUuid(), uuids(members.size() + spares.size()),
                r.nowSeconds());
    }

    static CreatePlan.Request bitmap(CreatePlan.Request r, long chunkBytes) {
        return new CreatePlan.Request(r.name(), r.level(), r.layout(), r.chunkSectors(), r.memberSectors(),
                r.spareSectors(), ConsistencyPolicy.BITMAP, chunkBytes, r.clean(), r.headRoom(), r.setUuid(),
                r.deviceUuids(), r.nowSeconds());
    }

    static CreatePlan.Request headRoom(CreatePlan.Request r) {
        return new CreatePlan.Request(r.name(), r.level(), r.layout(), r.chunkSectors(), r.memberSectors(),
                r.spareSectors(), r.policy(), r.bitmapChunkBytes(), r.clean(), true, r.setUuid(),
                r.deviceUuids(), r.nowSeconds());
    }

    static CreatePlan.Request dirty(CreatePlan.Request r) {
        return new CreatePlan.Request(r.name(), r.level(), r.layout(), r.chunkSectors(), r.memberSectors(),
                r.spareSectors(), r.policy(), r.bitmapChunkBytes(), false, r.headRoom(), r.setUuid(),
                r.deviceUuids(), r.nowSeconds());
    }
}
