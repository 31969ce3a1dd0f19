package dev.ashlar.raid.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.testing.Fixtures;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** P and Q as Linux wrote them: every block is the one we compute, and any two lost chunks come back. */
class MdParityTest {
    static Stream<Fixtures.Array> parityArrays() {
        return Fixtures.arrays("clean", "grown").stream().filter(array -> RaidLevel.of(array.level()).hasParity());
    }

    static Stream<Fixtures.Array> doubleParityArrays() {
        return parityArrays().filter(array -> array.level() == 6);
    }

    private static ParityGeometry geometry(Fixtures.Array array) {
        return ParityGeometry.of(RaidLevel.of(array.level()), array.layout(), array.raidDisks(),
                array.chunkBytes() / 512, array.componentBytes() / 512);
    }

    @ParameterizedTest
    @MethodSource("parityArrays")
    void everyParityBlockIsTheOneLinuxWrote(Fixtures.Array array) {
        ParityGeometry geometry = geometry(array);
        List<byte[]> members = array.dataByRole();
        try (Arena arena = Arena.ofConfined()) {
            for (long number = 0; number < geometry.stripes(); number++) {
                Stripe stripe = Stripe.read(arena, geometry, number, members);
                for (Parity parity : List.of(Parity.scalar(), Parity.best())) {
                    int wrong = parity.check(
                            stripe.blocks, stripe.blocks.length, stripe.p, stripe.q, stripe.chunkBytes);
                    assertThat(wrong).as("%s, stripe %d", parity, number).isZero();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("doubleParityArrays")
    void anyTwoLostMembersComeBack(Fixtures.Array array) {
        ParityGeometry geometry = geometry(array);
        List<byte[]> members = array.dataByRole();
        try (Arena arena = Arena.ofConfined()) {
            for (long number = 0; number < Math.min(geometry.stripes(), geometry.raidDisks()); number++) {
                Stripe stripe = Stripe.read(arena, geometry, number, members);
                for (int role1 = 0; role1 < geometry.raidDisks(); role1++) {
                    for (int role2 = role1 + 1; role2 < geometry.raidDisks(); role2++) {
                        stripe.lose(role1);
                        stripe.lose(role2);
                        Parity.best().recover(stripe.blocks, stripe.blocks.length, stripe.p, stripe.q,
                                stripe.named(role1), stripe.named(role2), stripe.chunkBytes);
                        assertThat(stripe.differingRole()).as("roles %d and %d of stripe %d", role1, role2, number)
                                .isEqualTo(-1);
                    }
                }
            }
        }
    }

    /** One stripe in native memory, laid out for the kernels, with what the members hold to compare with. */
    private record Stripe(
            ParityGeometry geometry, long number, MemorySegment[] chunks, MemorySegment[] truth, long[] blocks,
            long p, long q, int chunkBytes) {
        static Stripe read(Arena arena, ParityGeometry geometry, long number, List<byte[]> members) {
            int chunkBytes = (int) geometry.chunkBytes();
            int n = geometry.raidDisks();
            MemorySegment[] chunks = new MemorySegment[n];
            MemorySegment[] truth = new MemorySegment[n];
            for (int role = 0; role < n; role++) {
                truth[role] = MemorySegment.ofArray(members.get(role)).asSlice(number * chunkBytes, chunkBytes);
                chunks[role] = arena.allocate(chunkBytes);
                chunks[role].copyFrom(truth[role]);
            }
            long[] blocks = new long[geometry.exponentCount()];
            for (int index = 0; index < geometry.dataDisks(); index++) {
                int role = geometry.dataRole(number, index);
                blocks[geometry.exponent(number, index)] = chunks[role].address();
            }
            int qRole = geometry.qRole(number);
            long q = qRole < 0 ? 0 : chunks[qRole].address();
            return new Stripe(geometry, number, chunks, truth, blocks, chunks[geometry.pRole(number)].address(), q,
                    chunkBytes);
        }

        void lose(int role) {
            chunks[role].fill((byte) 0xee);
        }

        /** What {@link Parity#recover} calls the chunk of a role. */
        int named(int role) {
            if (role == geometry.pRole(number)) {
                return Parity.P;
            }
            int index = geometry.dataIndex(number, role);
            return index < 0 ? Parity.Q : geometry.exponent(number, index);
        }

        int differingRole() {
            for (int role = 0; role < chunks.length; role++) {
                if (chunks[role].mismatch(truth[role]) >= 0) {
                    return role;
                }
            }
            return -1;
        }
    }
}
