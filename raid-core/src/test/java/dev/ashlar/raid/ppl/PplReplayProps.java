package dev.ashlar.raid.ppl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.layout.ParityGeometry;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A logged write that a crash tore anywhere, on any geometry, with and without a member lost. */
class PplReplayProps {
    private static final UUID SET_UUID = new UUID(3, 4);
    private static final int CHUNK = 16384;
    private static final int ROW = PplLayout.ROW_BYTES;
    private static final int STRIPES = 5;

    /** One write, and the array in the middle of it. */
    private static final class Torn {
        final Random random;
        final ParityGeometry geometry;
        final MemoryMembers members;
        final MemorySegment[] areas;
        final int stripe;
        final int firstIndex;
        final int endIndex;
        final int firstRow;
        final int endRow;

        Torn(int disks, int layout, long seed) {
            random = new Random(seed);
            geometry = ParityGeometry.of(RaidLevel.RAID5, layout, disks, CHUNK / 512, STRIPES * CHUNK / 512);
            members = new MemoryMembers(geometry, consistentMembers());
            areas = new MemorySegment[disks];
            for (int role = 0; role < disks; role++) {
                areas[role] = MemorySegment.ofArray(new byte[1 << 17]);
                PplLog.fillEmpty(areas[role], SET_UUID);
            }
            stripe = random.nextInt(STRIPES);
            firstIndex = random.nextInt(geometry.dataDisks());
            endIndex = firstIndex + 1 + random.nextInt(geometry.dataDisks() - firstIndex);
            firstRow = random.nextInt(CHUNK / ROW);
            endRow = firstRow + 1 + random.nextInt(CHUNK / ROW - firstRow);
            log();
            tear();
        }

        private byte[][] consistentMembers() {
            byte[][] data = new byte[geometry.raidDisks()][STRIPES * CHUNK];
            for (int role = 1; role < data.length; role++) {
                random.nextBytes(data[role]);
                for (int at = 0; at < data[0].length; at++) {
                    data[0][at] ^= data[role][at];
                }
            }
            return data;
        }

        int parityRole() {
            return geometry.pRole(stripe);
        }

        private int from() {
            return stripe * CHUNK + firstRow * ROW;
        }

        private int length() {
            return (endRow - firstRow) * ROW;
        }

        private void log() {
            boolean all = firstIndex == 0 && endIndex == geometry.dataDisks();
            byte[] partialParity = new byte[all ? 0 : length()];
            for (int index = 0; index < geometry.dataDisks(); index++) {
                byte[] data = members.of(geometry.dataRole(stripe, index));
                for (int at = 0; at < partialParity.length && (index < firstIndex || index >= endIndex); at++) {
                    partialParity[at] ^= data[from() + at];
                }
            }
            long sector = ((long) stripe * geometry.dataDisks() + firstIndex) * (CHUNK / 512) + firstRow * (ROW / 512);
            PplEntry entry = new PplEntry(sector, partialParity.length, (long) (endIndex - firstIndex) * length(),
                    parityRole(), PplLayout.crc32c(ByteBuffer.wrap(partialParity)));
            MemorySegment area = areas[parityRole()];
            new PplHeader(PplLayout.signature(SET_UUID), 9, List.of(entry)).encode(area, 0);
            MemorySegment.copy(MemorySegment.ofArray(partialParity), 0, area, 4096, partialParity.length);
        }

        /** Any sectors of new data, and any of parity, arrive. */
        private void tear() {
            for (int index = firstIndex; index <= endIndex; index++) {
                byte[] member = members.of(index == endIndex ? parityRole() : geometry.dataRole(stripe, index));
                byte[] sector = new byte[512];
                for (int at = from(); at < from() + length(); at += 512) {
                    random.nextBytes(sector);
                    if (random.nextBoolean()) {
                        System.arraycopy(sector, 0, member, at, 512);
                    }
                }
            }
        }

        boolean modifies(int role) {
            int index = geometry.dataIndex(stripe, role);
            return index >= firstIndex && index < endIndex;
        }

        PplReplay.Result replay() throws Exception {
            return PplReplay.run(geometry, SET_UUID, true, areas, members);
        }
    }

    @Property(tries = 200)
    void parityAgreesAfterAnyTear(
            @ForAll @IntRange(min = 3, max = 8) int disks, @ForAll @IntRange(max = 5) int layout, @ForAll long seed)
            throws Exception {
        Torn torn = new Torn(disks, layout, seed);
        byte[] before = torn.members.volume();
        PplReplay.Result result = torn.replay();
        assertThat(result).isEqualTo(new PplReplay.Result(1, 0, 0));
        assertThat(torn.members.mismatches()).isZero();
        assertThat(torn.members.volume()).as("only parity is written").isEqualTo(before);
    }

    @Property(tries = 200)
    void lostMemberLosesNothingButTheUnfinishedWrite(
            @ForAll @IntRange(min = 3, max = 8) int disks, @ForAll @IntRange(max = 5) int layout, @ForAll long seed)
            throws Exception {
        Torn torn = new Torn(disks, layout, seed);
        int lost = torn.random.nextInt(disks);
        byte[] before = torn.members.volume();
        torn.members.lose(lost);
        torn.areas[lost] = null;
        PplReplay.Result result = torn.replay();
        assertThat(result.mismatches()).isZero();
        byte[] after = torn.members.volume();
        if (torn.modifies(lost)) {
            assertThat(result.bytesLeftAlone()).isEqualTo(torn.length());
            int chunk = torn.stripe * torn.geometry.dataDisks() + torn.geometry.dataIndex(torn.stripe, lost);
            int at = chunk * CHUNK + torn.firstRow * ROW;
            System.arraycopy(before, at, after, at, torn.length());
        }
        assertThat(after).isEqualTo(before);
    }

    @Property(tries = 500)
    void anyBytesInALogAreReadOrPassedOver(@ForAll long seed) throws Exception {
        Torn torn = new Torn(4, 2, seed);
        MemorySegment area = torn.areas[torn.parityRole()];
        PplHeader header = PplLog.newest(area, SET_UUID, true).orElseThrow().header();
        PplEntry entry = header.entries().getFirst();
        Random random = torn.random;
        PplEntry odd = switch (random.nextInt(5)) {
            case 0 -> new PplEntry(random.nextLong(), entry.ppBytes(), entry.dataBytes(), entry.parityDisk(), 0);
            case 1 -> new PplEntry(
                    entry.dataSector(), random.nextInt() & 0xffffffffL, entry.dataBytes(), entry.parityDisk(), 0);
            case 2 -> new PplEntry(
                    entry.dataSector(), entry.ppBytes(), random.nextInt() & 0xffffffffL, entry.parityDisk(), 0);
            case 3 -> new PplEntry(entry.dataSector(), entry.ppBytes(), 0, entry.parityDisk(), entry.checksum());
            default -> new PplEntry(
                    entry.dataSector(), entry.ppBytes(), entry.dataBytes(), random.nextInt(), entry.checksum());
        };
        new PplHeader(header.signature(), 9, List.of(odd)).encode(area, 0);
        byte[] parity = torn.members.of(torn.parityRole()).clone();
        assertThat(torn.replay()).isEqualTo(new PplReplay.Result(0, 1, 0));
        assertThat(torn.members.of(torn.parityRole())).isEqualTo(parity);
    }
}
