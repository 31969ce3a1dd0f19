package dev.ashlar.raid.array;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.engine.RoleTable;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.raid.member.Member;
import dev.ashlar.raid.ppl.PplLog;
import dev.ashlar.raid.ppl.PplReplay;
import dev.ashlar.raid.superblock.ArrayFields;
import dev.ashlar.raid.superblock.Features;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of an array's partial parity logs: a dirty array's are replayed, then all are emptied, because Ashlar does not
 * keep them. What a log says after a write that was not logged would be wrong, so they are emptied before the first one.
 */
final class PplSupport {
    private static final Logger LOG = LoggerFactory.getLogger(PplSupport.class);

    private PplSupport() {}

    /** Replays and empties the logs of an array that will be written; whether parity is known to agree now. */
    static boolean retire(ArrayFields fields, RoleTable table, boolean dirty) throws IOException {
        if (!fields.hasPpl() || fields.level() != RaidLevel.RAID5) {
            return false;
        }
        boolean clean = dirty && replay(fields, table).provesClean();
        for (Member member : table.present()) {
            member.flush();
        }
        for (Member member : table.present()) {
            empty(fields, member);
        }
        return clean;
    }

    private static PplReplay.Result replay(ArrayFields fields, RoleTable table) throws IOException {
        ParityGeometry geometry = ParityGeometry.of(fields.level(), fields.layout(), fields.raidDisks(),
                fields.chunkSectors(), fields.sizeSectors());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] areas = new MemorySegment[table.size()];
            for (int role = 0; role < areas.length; role++) {
                Member member = table.member(role);
                if (member != null) {
                    areas[role] = arena.allocate(fields.pplSectors() * 512L, 4096);
                    member.device().read(at(fields, member), areas[role], 0, areas[role].byteSize());
                }
            }
            PplReplay.Result result = PplReplay.run(geometry, fields.setUuid(), fields.has(Features.MULTIPLE_PPLS),
                    areas, new Data(table));
            LOG.info("{}: partial parity logs replayed: {}", fields.name(), result);
            return result;
        }
    }

    private static void empty(ArrayFields fields, Member member) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment area = arena.allocate(fields.pplSectors() * 512L, 4096);
            PplLog.fillEmpty(area, fields.setUuid());
            member.device().write(at(fields, member), area, 0, area.byteSize(), true);
        }
    }

    private static long at(ArrayFields fields, Member member) {
        return (member.fields().superOffset() + fields.pplOffset()) * 512;
    }

    /** The members' data as the replay sees it. */
    private record Data(RoleTable table) implements PplReplay.Members {
        @Override
        public boolean readable(int role, long offsetBytes, long lengthBytes) {
            return table.readable(role, offsetBytes, lengthBytes);
        }

        @Override
        public void read(int role, long offsetBytes, MemorySegment target, long lengthBytes) throws IOException {
            table.member(role).read(offsetBytes, target, 0, lengthBytes);
        }

        @Override
        public void write(int role, long offsetBytes, MemorySegment source, long lengthBytes) throws IOException {
            table.member(role).write(offsetBytes, source, 0, lengthBytes, false);
        }
    }
}
