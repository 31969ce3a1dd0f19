package dev.ashlar.raid.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each function of the library does what we say it does, on bytes worked out by the reference. */
class IsaLTest {
    private static final int LENGTH = 1024;
    private static final int BLOCKS = 5;

    @BeforeEach
    void libraryIsThere() {
        assumeTrue(IsaL.available(), IsaL::description);
    }

    /** Five blocks, P, Q and a spare, each at a multiple of the alignment, and their addresses as an array. */
    private record Area(Arena arena, long[] blocks, long p, long q, long spare, long pointers) implements AutoCloseable {
        static Area make() {
            Arena arena = Arena.ofConfined();
            MemorySegment memory = arena.allocate((BLOCKS + 3) * LENGTH, IsaL.ALIGNMENT);
            for (int at = 0; at < memory.byteSize(); at++) {
                memory.set(ValueLayout.JAVA_BYTE, at, (byte) (at * 31 + at / 251));
            }
            MemorySegment pointers = arena.allocate(ValueLayout.JAVA_LONG, BLOCKS + 3);
            long[] blocks = new long[BLOCKS];
            for (int e = 0; e < BLOCKS + 3; e++) {
                long address = memory.address() + (long) e * LENGTH;
                pointers.setAtIndex(ValueLayout.JAVA_LONG, e, address);
                if (e < BLOCKS) {
                    blocks[e] = address;
                }
            }
            long p = memory.address() + (long) BLOCKS * LENGTH;
            return new Area(arena, blocks, p, p + LENGTH, p + 2 * LENGTH, pointers.address());
        }

        byte[] content(long address) {
            return MemorySegment.ofAddress(address).reinterpret(LENGTH).toArray(ValueLayout.JAVA_BYTE);
        }

        long tables(int sources, int targets, int... coefficients) {
            MemorySegment rows = arena.allocate(coefficients.length);
            for (int i = 0; i < coefficients.length; i++) {
                rows.set(ValueLayout.JAVA_BYTE, i, (byte) coefficients[i]);
            }
            long tables = arena.allocate((long) sources * targets * IsaL.TABLE_BYTES, IsaL.ALIGNMENT).address();
            IsaL.ecInitTables(sources, targets, rows.address(), tables);
            return tables;
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    @Test
    void generatesAndChecksPAndQ() {
        try (Area area = Area.make()) {
            assertThat(IsaL.pqCheck(BLOCKS + 2, LENGTH, area.pointers)).isNotZero();
            assertThat(IsaL.pqGen(BLOCKS + 2, LENGTH, area.pointers)).isZero();
            assertThat(Parity.scalar().check(area.blocks, BLOCKS, area.p, area.q, LENGTH)).isZero();
            assertThat(IsaL.pqCheck(BLOCKS + 2, LENGTH, area.pointers)).isZero();
            assertThat(IsaL.pqGen(3, LENGTH, area.pointers)).isNotZero();
        }
    }

    @Test
    void generatesAndChecksSums() {
        try (Area area = Area.make()) {
            assertThat(IsaL.xorCheck(BLOCKS + 1, LENGTH, area.pointers)).isNotZero();
            assertThat(IsaL.xorGen(BLOCKS + 1, LENGTH, area.pointers)).isZero();
            assertThat(Parity.scalar().check(area.blocks, BLOCKS, area.p, 0, LENGTH)).isZero();
            assertThat(IsaL.xorCheck(BLOCKS + 1, LENGTH, area.pointers)).isZero();
        }
    }

    @Test
    void erasureCodesOfTheSameCoefficientsAreTheSameParity() {
        try (Area area = Area.make()) {
            long tables = area.tables(BLOCKS, 2, 1, 1, 1, 1, 1, 1, 2, 4, 8, 16);
            IsaL.ecEncodeData(LENGTH, BLOCKS, 2, tables, area.pointers, area.pointers + BLOCKS * 8L);
            assertThat(Parity.scalar().check(area.blocks, BLOCKS, area.p, area.q, LENGTH)).isZero();
            // The third block becomes the spare one.
            IsaL.ecEncodeDataUpdate(LENGTH, BLOCKS, 2, 2, tables, area.blocks[2], area.pointers + BLOCKS * 8L);
            IsaL.ecEncodeDataUpdate(LENGTH, BLOCKS, 2, 2, tables, area.spare, area.pointers + BLOCKS * 8L);
            area.blocks[2] = area.spare;
            assertThat(Parity.scalar().check(area.blocks, BLOCKS, area.p, area.q, LENGTH)).isZero();
        }
    }

    @Test
    void multipliesByAConstant() {
        try (Area area = Area.make()) {
            byte[] source = area.content(area.blocks[0]);
            byte[] before = area.content(area.p);
            IsaL.gfVectMad(LENGTH, 1, 0, area.tables(1, 1, 0x53), area.blocks[0], area.p);
            long table = area.arena.allocate(IsaL.TABLE_BYTES, IsaL.ALIGNMENT).address();
            IsaL.gfVectMulInit(0xca, table);
            assertThat(IsaL.gfVectMul(LENGTH, table, area.blocks[0], area.q)).isZero();
            byte[] added = area.content(area.p);
            byte[] product = area.content(area.q);
            for (int at = 0; at < LENGTH; at++) {
                assertThat(added[at] & 0xff)
                        .isEqualTo(before[at] & 0xff ^ Gf256.multiply(0x53, source[at] & 0xff));
                assertThat(product[at] & 0xff).isEqualTo(Gf256.multiply(0xca, source[at] & 0xff));
            }
        }
    }

    @Test
    void tellsWhichLibraryItIs() {
        assertThat(IsaL.description()).startsWith("ISA-L").contains("/");
        assertThat(IsaL.version()).matches("|2\\.[0-9.]+");
    }
}
