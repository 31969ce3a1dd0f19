package dev.ashlar.bench.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Properties;
import java.util.SplittableRandom;
import org.apache.hadoop.io.erasurecode.ErasureCoderOptions;
import org.apache.hadoop.io.erasurecode.rawcoder.RSRawDecoder;
import org.apache.hadoop.io.erasurecode.rawcoder.RSRawEncoder;
import org.apache.hadoop.io.erasurecode.rawcoder.RawErasureDecoder;
import org.apache.hadoop.io.erasurecode.rawcoder.RawErasureEncoder;
import org.apache.hadoop.io.erasurecode.rawcoder.XORRawDecoder;
import org.apache.hadoop.io.erasurecode.rawcoder.XORRawEncoder;

/**
 * The coders of Hadoop in Java: Reed-Solomon with two parity units, which stands for P and Q, and XOR. On arrays in the
 * heap, which it is about ten times as fast on as on direct buffers. Its code is another one than ours, so its parity
 * differs; the work is the same.
 */
final class HadoopCoder extends Coder {
    private static final String PROPERTIES = "/META-INF/maven/org.apache.hadoop/hadoop-common/pom.properties";

    private final byte[][] data;
    private final byte[][] one;
    private final byte[][] two;
    private final byte[][] oneLost;
    private final byte[][] twoLost;
    private final int[] lost;
    private final int[] bothLost;
    private final RawErasureEncoder xor;
    private final RawErasureEncoder reedSolomon;
    private final RawErasureDecoder xorDecoder;
    private final RawErasureDecoder reedSolomonDecoder;

    HadoopCoder(Stripes stripes) {
        super(stripes);
        if (stripes.count() > 1) {
            throw new UnsupportedOperationException("HadoopCoder works on one stripe, in the heap");
        }
        int count = stripes.dataBlocks();
        int length = stripes.lengthBytes();
        data = new byte[count][length];
        SplittableRandom random = new SplittableRandom(count);
        for (byte[] block : data) {
            random.nextBytes(block);
        }
        one = new byte[1][length];
        two = new byte[2][length];
        lost = new int[] {FIRST_LOST};
        bothLost = new int[] {FIRST_LOST, secondLost()};
        xor = new XORRawEncoder(new ErasureCoderOptions(count, 1));
        xorDecoder = new XORRawDecoder(new ErasureCoderOptions(count, 1));
        reedSolomon = new RSRawEncoder(new ErasureCoderOptions(count, 2));
        reedSolomonDecoder = new RSRawDecoder(new ErasureCoderOptions(count, 2));
        generateP(0);
        generatePq(0);
        oneLost = survivors(one, lost);
        twoLost = survivors(two, bothLost);
    }

    /** Name and version. */
    static String description() {
        Properties properties = new Properties();
        try (InputStream stream = RSRawEncoder.class.getResourceAsStream(PROPERTIES)) {
            properties.load(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "Hadoop " + properties.getProperty("version") + ", coder in Java";
    }

    private byte[][] survivors(byte[][] parity, int[] missing) {
        byte[][] all = new byte[data.length + parity.length][];
        System.arraycopy(data, 0, all, 0, data.length);
        for (int i = 0; i < parity.length; i++) {
            all[data.length + i] = parity[i].clone();
        }
        for (int block : missing) {
            all[block] = null;
        }
        return all;
    }

    @Override
    void generateP(int stripe) {
        encode(xor, one);
    }

    @Override
    void generatePq(int stripe) {
        encode(reedSolomon, two);
    }

    @Override
    void recoverD(int stripe) {
        decode(xorDecoder, oneLost, lost, one);
    }

    @Override
    void recoverDd(int stripe) {
        decode(reedSolomonDecoder, twoLost, bothLost, two);
    }

    private void encode(RawErasureEncoder encoder, byte[][] parity) {
        try {
            encoder.encode(data, parity);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void decode(RawErasureDecoder decoder, byte[][] from, int[] missing, byte[][] to) {
        try {
            decoder.decode(from, missing, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the last recovery of two blocks gave what the blocks hold. */
    boolean recoveredRightly() {
        return Arrays.equals(two[0], data[bothLost[0]])
                && Arrays.equals(two[1], data[bothLost[1]]);
    }
}
