package dev.ashlar.bench.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.raid.parity.IsaL;
import dev.ashlar.raid.parity.Parity;
import java.lang.foreign.MemorySegment;
import java.util.function.ObjIntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is compared must do the same: every implementation against the reference. */
class CodersTest {
    private static final int LENGTH = 4096;
    private static final int BLOCKS = 5;

    static Stream<String> sameCode() {
        return Stream.concat(Coders.ours().stream(), Stream.of(Coders.ISA_L));
    }

    @ParameterizedTest
    @MethodSource("sameCode")
    void parityIsThatOfTheReference(String name) {
        requireThere(name);
        try (Stripes stripes = stripes()) {
            Coder coder = Coders.of(name, stripes);
            coder.generatePq(0);
            assertThat(check(stripes)).isZero();
            assertThat(coder.check(0)).isZero();
            at(stripes.p(0)).fill((byte) 1);
            coder.generateP(0);
            assertThat(check(stripes)).isZero();
            at(stripes.q(0)).fill((byte) 1);
            assertThat(coder.check(0)).isNotZero();
        }
    }

    @ParameterizedTest
    @MethodSource("sameCode")
    void whatIsRecoveredIsWhatWasLost(String name) {
        requireThere(name);
        try (Stripes stripes = stripes()) {
            Coder coder = Coders.of(name, stripes);
            coder.generatePq(0);
            int second = coder.secondLost();
            recovers(stripes, coder, Coder::recoverD, Coder.FIRST_LOST);
            recovers(stripes, coder, Coder::recoverDp, Coder.FIRST_LOST, BLOCKS);
            recovers(stripes, coder, Coder::recoverDq, Coder.FIRST_LOST, BLOCKS + 1);
            recovers(stripes, coder, Coder::recoverDd, Coder.FIRST_LOST, second);
        }
    }

    private static void recovers(Stripes stripes, Coder coder, ObjIntConsumer<Coder> recovery, int... lost) {
        byte[][] before = new byte[lost.length][];
        for (int i = 0; i < lost.length; i++) {
            MemorySegment block = at(stripes.block(0, lost[i]));
            before[i] = bytes(block);
            block.fill((byte) 0x5a);
        }
        recovery.accept(coder, 0);
        for (int i = 0; i < lost.length; i++) {
            assertThat(bytes(at(stripes.block(0, lost[i])))).isEqualTo(before[i]);
        }
    }

    @ParameterizedTest
    @MethodSource("sameCode")
    void updatesFollowTheChange(String name) {
        requireThere(name);
        try (Stripes stripes = stripes()) {
            Coder coder = Coders.of(name, stripes);
            coder.generatePq(0);
            coder.update(0);
            at(stripes.block(0, Coder.FIRST_LOST)).copyFrom(at(stripes.spare(0)));
            assertThat(check(stripes)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("sameCode")
    void blocksAreAddedAsTheFieldSays(String name) {
        requireThere(name);
        try (Stripes stripes = stripes()) {
            Coder coder = Coders.of(name, stripes);
            byte[] source = bytes(at(stripes.block(0, 0)));
            byte[] plain = bytes(at(stripes.spare(0)));
            coder.xor(0);
            byte[] scaled = plain.clone();
            for (int i = 0; i < LENGTH; i++) {
                plain[i] ^= source[i];
                scaled[i] = (byte) (plain[i] ^ ErasureMatrix.multiply(Coder.FACTOR, source[i] & 0xff));
            }
            assertThat(bytes(at(stripes.spare(0)))).isEqualTo(plain);
            coder.multiplyAccumulate(0);
            assertThat(bytes(at(stripes.spare(0)))).isEqualTo(scaled);
        }
    }

    @Test
    void hadoopRecoversWhatItEncoded() {
        try (Stripes stripes = stripes()) {
            HadoopCoder coder = new HadoopCoder(stripes);
            assertThat(coder.recoveredRightly()).isFalse();
            coder.recoverDd(0);
            assertThat(coder.recoveredRightly()).isTrue();
            coder.recoverD(0);
        }
    }

    private static void requireThere(String name) {
        assumeTrue(!name.equals(Coders.ISA_L) || IsaL.available(), IsaL.description());
    }

    private static Stripes stripes() {
        return new Stripes(BLOCKS, LENGTH, 64, Place.CACHE);
    }

    private static int check(Stripes stripes) {
        return Parity.scalar().check(stripes.dataBlocks(0), BLOCKS, stripes.p(0), stripes.q(0), LENGTH);
    }

    private static MemorySegment at(long address) {
        return MemorySegment.ofAddress(address).reinterpret(LENGTH);
    }

    private static byte[] bytes(MemorySegment block) {
        return block.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }
}
