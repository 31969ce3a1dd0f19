package dev.ashlar.bench.kernel;

/**
 * The coefficients that make blocks of a stripe from others of it, found by elimination: what a user of a general
 * erasure coder computes before. Blocks are numbered: data by exponent, then P, then Q; each is a row of coefficients
 * of the data blocks.
 */
final class ErasureMatrix {
    private static final int POLYNOMIAL = 0x11d;

    private ErasureMatrix() {}

    /**
     * A row of {@code sources.length} coefficients for each target.
     *
     * @param sources as many blocks as there are data blocks
     */
    static byte[] coefficients(int dataBlocks, int[] sources, int[] targets) {
        int[][] inverse = inverse(rows(dataBlocks, sources));
        byte[] coefficients = new byte[targets.length * dataBlocks];
        int[][] wanted = rows(dataBlocks, targets);
        for (int target = 0; target < targets.length; target++) {
            for (int source = 0; source < dataBlocks; source++) {
                int sum = 0;
                for (int block = 0; block < dataBlocks; block++) {
                    sum ^= multiply(wanted[target][block], inverse[block][source]);
                }
                coefficients[target * dataBlocks + source] = (byte) sum;
            }
        }
        return coefficients;
    }

    private static int[][] rows(int dataBlocks, int[] blocks) {
        int[][] rows = new int[blocks.length][dataBlocks];
        for (int i = 0; i < blocks.length; i++) {
            int power = 1;
            for (int e = 0; e < dataBlocks; e++) {
                rows[i][e] = blocks[i] == dataBlocks ? 1 : blocks[i] == dataBlocks + 1 ? power : blocks[i] == e ? 1 : 0;
                power = multiply(power, 2);
            }
        }
        return rows;
    }

    private static int[][] inverse(int[][] matrix) {
        int size = matrix.length;
        int[][] inverse = new int[size][size];
        for (int i = 0; i < size; i++) {
            inverse[i][i] = 1;
        }
        for (int column = 0; column < size; column++) {
            bringPivot(matrix, inverse, column);
            int scale = inverse(matrix[column][column]);
            scale(matrix[column], scale);
            scale(inverse[column], scale);
            for (int row = 0; row < size; row++) {
                int factor = matrix[row][column];
                if (row != column && factor != 0) {
                    add(matrix[row], matrix[column], factor);
                    add(inverse[row], inverse[column], factor);
                }
            }
        }
        return inverse;
    }

    private static void bringPivot(int[][] matrix, int[][] inverse, int column) {
        int row = column;
        while (matrix[row][column] == 0) {
            row++;
        }
        swap(matrix, row, column);
        swap(inverse, row, column);
    }

    private static void swap(int[][] rows, int a, int b) {
        int[] row = rows[a];
        rows[a] = rows[b];
        rows[b] = row;
    }

    private static void scale(int[] row, int factor) {
        for (int i = 0; i < row.length; i++) {
            row[i] = multiply(row[i], factor);
        }
    }

    private static void add(int[] row, int[] other, int factor) {
        for (int i = 0; i < row.length; i++) {
            row[i] ^= multiply(other[i], factor);
        }
    }

    private static int inverse(int a) {
        int b = 1;
        while (multiply(a, b) != 1) {
            b++;
        }
        return b;
    }

    /** Bit by bit, as it is defined. */
    static int multiply(int a, int b) {
        int product = 0;
        for (int bit = 7; bit >= 0; bit--) {
            product <<= 1;
            product ^= (product & 0x100) != 0 ? POLYNOMIAL : 0;
            product ^= (b >> bit & 1) != 0 ? a : 0;
        }
        return product;
    }
}
