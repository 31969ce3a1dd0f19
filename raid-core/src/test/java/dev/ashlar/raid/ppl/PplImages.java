package dev.ashlar.raid.ppl;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.testing.Fixtures;
import dev.ashlar.testing.Json;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

/** A golden PPL array in memory. */
final class PplImages {
    private final Fixtures.Array array;
    private final MemorySegment[] images;
    final ParityGeometry geometry;
    final MemoryMembers members;
    final MemorySegment[] areas;
    final UUID setUuid;

    PplImages(String name) {
        array = Fixtures.array(name);
        int disks = array.raidDisks();
        images = new MemorySegment[disks];
        areas = new MemorySegment[disks];
        byte[][] data = new byte[disks][];
        for (int role = 0; role < disks; role++) {
            Fixtures.Member member = array.memberInRole(role);
            byte[] image = member.image();
            images[role] = MemorySegment.ofArray(image);
            Json superblock = member.superblock();
            long offset = (superblock.get("super_sector").number() + superblock.get("ppl_offset").number()) * 512;
            areas[role] = images[role].asSlice(offset, superblock.get("ppl_size").number() * 512);
            int from = Math.toIntExact(member.dataOffsetBytes());
            data[role] = Arrays.copyOfRange(image, from, from + Math.toIntExact(array.componentBytes()));
        }
        geometry = ParityGeometry.of(RaidLevel.RAID5, array.layout(), disks, array.chunkBytes() / 512,
                array.componentBytes() / 512);
        members = new MemoryMembers(geometry, data);
        String hex = array.memberInRole(0).superblock().get("set_uuid").text();
        setUuid = new UUID(HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
    }

    Fixtures.Array array() {
        return array;
    }

    void lose(int role) {
        members.lose(role);
        areas[role] = null;
    }

    PplReplay.Result replay() throws Exception {
        return PplReplay.run(geometry, setUuid, true, areas, members);
    }
}
