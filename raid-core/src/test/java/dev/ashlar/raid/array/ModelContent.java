package dev.ashlar.raid.array;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * What an array may answer, byte by byte.
 *
 * <p>Invariants: {@code now} is what reads give if nothing went wrong. {@code open} holds other bytes that are possible
 * at this moment, because a write failed half-way or because the power was cut. {@code pending} holds bytes that are
 * not possible now and would be after a power cut: what answered writes have replaced since the last flush.
 */
final class ModelContent {
    private record Piece(int at, byte[] bytes) {
        int end() {
            return at + bytes.length;
        }
    }

    private final byte[] now;
    private List<Piece> open = new ArrayList<>();
    private List<Piece> pending = new ArrayList<>();

    ModelContent(int length) {
        now = new byte[length];
    }

    int length() {
        return now.length;
    }

    /** A write was answered. */
    void answered(int at, byte[] bytes, boolean durable) {
        int end = at + bytes.length;
        if (durable) {
            pending = without(pending, at, end);
        } else {
            pending.add(new Piece(at, Arrays.copyOfRange(now, at, end)));
            pending.addAll(within(open, at, end));
        }
        open = without(open, at, end);
        System.arraycopy(bytes, 0, now, at, bytes.length);
    }

    /** A write failed: each of its bytes is old or new. */
    void failed(int at, byte[] bytes) {
        open.add(new Piece(at, bytes));
    }

    void flushed() {
        pending.clear();
    }

    void powerCut() {
        open.addAll(pending);
        pending.clear();
    }

    /** The first byte of an answer that is not allowed, or -1. */
    int firstWrong(int at, byte[] got) {
        int wrong = Arrays.mismatch(now, at, at + got.length, got, 0, got.length);
        if (wrong < 0 || open.isEmpty()) {
            return wrong;
        }
        BitSet allowed = new BitSet(got.length);
        for (Piece piece : open) {
            for (int i = Math.max(at, piece.at()); i < Math.min(at + got.length, piece.end()); i++) {
                if (piece.bytes()[i - piece.at()] == got[i - at]) {
                    allowed.set(i - at);
                }
            }
        }
        for (int i = wrong; i < got.length; i++) {
            if (got[i] != now[at + i] && !allowed.get(i)) {
                return i;
            }
        }
        return -1;
    }

    /** Nothing is torn any more: what was read, and found allowed, is what is there. A power cut may still undo it. */
    void settledAs(int at, byte[] got) {
        int end = at + got.length;
        List<Piece> settled = within(open, at, end);
        for (Piece piece : settled) {
            pending.add(new Piece(piece.at(), Arrays.copyOfRange(now, piece.at(), piece.end())));
            pending.add(piece);
            System.arraycopy(got, piece.at() - at, now, piece.at(), piece.bytes().length);
        }
        open = without(open, at, end);
    }

    /** The owner forced the array to start and took what it gives. */
    void adopted(int at, byte[] got) {
        open = without(open, at, at + got.length);
        System.arraycopy(got, 0, now, at, got.length);
    }

    /** Stripes in which a power cut now would leave something half-written. */
    void addUncertainStripes(BitSet stripes, int stripeBytes) {
        for (List<Piece> pieces : List.of(open, pending)) {
            for (Piece piece : pieces) {
                stripes.set(piece.at() / stripeBytes, (piece.end() - 1) / stripeBytes + 1);
            }
        }
    }

    private static List<Piece> within(List<Piece> pieces, int start, int end) {
        List<Piece> inside = new ArrayList<>();
        for (Piece piece : pieces) {
            int from = Math.max(start, piece.at());
            int to = Math.min(end, piece.end());
            if (from < to) {
                inside.add(part(piece, from, to));
            }
        }
        return inside;
    }

    private static List<Piece> without(List<Piece> pieces, int start, int end) {
        List<Piece> left = new ArrayList<>(pieces.size());
        for (Piece piece : pieces) {
            if (piece.end() <= start || piece.at() >= end) {
                left.add(piece);
                continue;
            }
            if (piece.at() < start) {
                left.add(part(piece, piece.at(), start));
            }
            if (piece.end() > end) {
                left.add(part(piece, end, piece.end()));
            }
        }
        return left;
    }

    private static Piece part(Piece piece, int from, int to) {
        return new Piece(from, Arrays.copyOfRange(piece.bytes(), from - piece.at(), to - piece.at()));
    }
}
