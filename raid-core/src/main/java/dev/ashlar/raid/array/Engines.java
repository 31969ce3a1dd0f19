package dev.ashlar.raid.array;

import dev.ashlar.raid.engine.Engine;
import dev.ashlar.raid.engine.EngineHost;
import dev.ashlar.raid.engine.MirrorEngine;
import dev.ashlar.raid.engine.ParityEngine;
import dev.ashlar.raid.engine.StripedEngine;
import dev.ashlar.raid.layout.MirrorGeometry;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.raid.layout.StripedGeometry;
import dev.ashlar.raid.parity.Parity;
import dev.ashlar.raid.superblock.ArrayFields;
import dev.ashlar.raid.superblock.Features;

/** The data path that a superblock asks for. */
final class Engines {
    private Engines() {}

    /** @param dataSectors each role's data_size; used by RAID 0 only */
    static Engine of(ArrayFields fields, long[] dataSectors, EngineHost host) {
        return switch (fields.level()) {
            case RAID0 -> new StripedEngine(
                    StripedGeometry.of(striping(fields), fields.chunkSectors(), dataSectors), host);
            case RAID1 -> new MirrorEngine(MirrorGeometry.raid1(fields.raidDisks(), fields.sizeSectors()), host);
            case RAID10 -> new MirrorEngine(
                    MirrorGeometry.raid10(fields.layout(), fields.raidDisks(), fields.chunkSectors(),
                            fields.sizeSectors()), host);
            case RAID4, RAID5, RAID6 -> new ParityEngine(
                    ParityGeometry.of(fields.level(), fields.layout(), fields.raidDisks(), fields.chunkSectors(),
                            fields.sizeSectors()), Parity.best(), host);
        };
    }

    /** Without its feature the field means nothing. */
    private static int striping(ArrayFields fields) {
        return fields.has(Features.RAID0_LAYOUT) ? fields.layout() : StripedGeometry.UNSPECIFIED;
    }
}
