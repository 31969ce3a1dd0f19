package dev.ashlar.block;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;

/**
 * Remembers what was changed since given moments ("marks"), in pieces of {@link #PIECE_BYTES}.
 *
 * <p>Invariant: once a changing call has returned or failed, its pieces are changed since every mark that was set before
 * it returned. Each such call enters its pieces before it goes down, so that none is called unchanged while the call
 * may be changing it, and again after it came back, so that a call which was under way when a mark was set counts as
 * after it. Who sets a new mark, then copies what has changed since the old one, therefore misses nothing: what the copy
 * does not hold is changed since the new mark.
 *
 * <p>Marks live in memory only and end with this object; whoever needs them afterwards has to compare everything. Without
 * a mark a changing call costs two volatile reads more. No call takes a lock or allocates, but for setting and removing.
 */
public final class TrackedDevice extends FilterDevice {
    /** What one bit of a mark stands for. */
    public static final int PIECE_BYTES = 64 << 10;

    /** The most marks at a time; each takes a bit of memory for a piece. */
    public static final int MAX_MARKS = 16;

    /** The flag of {@link #dirty}: some byte of the extent may have changed. */
    public static final long CHANGED = 1;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** Replaced as a whole. */
    private volatile ChangeMap[] marks = {};

    /**
     * A mark.
     *
     * @param name as it was set
     * @param changedBytes of the pieces that have changed since
     */
    public record Mark(String name, long changedBytes) {}

    public TrackedDevice(BlockDevice below) {
        super(below);
    }

    /**
     * Begins to remember changes from now on. A mark of this name begins anew.
     *
     * @param name 1 to 64 letters, digits, dots, underscores and hyphens, the first a letter or digit
     * @throws IllegalArgumentException if it is no such name
     * @throws IllegalStateException if there are {@link #MAX_MARKS} others already
     */
    public synchronized void setMark(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("name=" + name + " is no name of a mark: 1 to 64 letters, digits, dots,"
                    + " underscores and hyphens, the first a letter or digit");
        }
        List<ChangeMap> changed = others(name);
        if (changed.size() >= MAX_MARKS) {
            throw new IllegalStateException("marks=" + changed.size() + ": no more are kept, remove one first");
        }
        changed.add(new ChangeMap(name, sizeBytes()));
        marks = changed.toArray(ChangeMap[]::new);
    }

    /** Forgets a mark; false if there was none. */
    public synchronized boolean removeMark(String name) {
        List<ChangeMap> left = others(name);
        boolean found = left.size() < marks.length;
        marks = left.toArray(ChangeMap[]::new);
        return found;
    }

    /** The marks, in the order in which they were set. */
    public List<Mark> marks() {
        List<Mark> list = new ArrayList<>();
        for (ChangeMap map : marks) {
            list.add(new Mark(map.name(), map.changedBytes()));
        }
        return List.copyOf(list);
    }

    /**
     * Tells what has changed since a mark.
     *
     * @param visitor is given {@link #CHANGED} or 0; neighbours differ
     * @throws NoSuchElementException if there is no such mark, or none any more
     */
    public void dirty(String name, long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        for (ChangeMap map : marks) {
            if (map.name().equals(name)) {
                map.walk(offsetBytes, lengthBytes, visitor);
                return;
            }
        }
        throw new NoSuchElementException("there is no mark name=" + name);
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        enter(offsetBytes, lengthBytes);
        try {
            below.write(offsetBytes, source, sourceOffset, lengthBytes, fua);
        } finally {
            enter(offsetBytes, lengthBytes);
        }
    }

    @Override
    public void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException {
        enter(offsetBytes, lengthBytes);
        try {
            below.trim(offsetBytes, lengthBytes, fua);
        } finally {
            enter(offsetBytes, lengthBytes);
        }
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        enter(offsetBytes, lengthBytes);
        try {
            below.writeZeroes(offsetBytes, lengthBytes, mayUnmap, fua);
        } finally {
            enter(offsetBytes, lengthBytes);
        }
    }

    private void enter(long offsetBytes, long lengthBytes) {
        ChangeMap[] now = marks;
        if (now.length == 0) {
            return;
        }
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        for (ChangeMap map : now) {
            map.enter(offsetBytes, lengthBytes);
        }
    }

    private List<ChangeMap> others(String name) {
        List<ChangeMap> others = new ArrayList<>(List.of(marks));
        others.removeIf(map -> map.name().equals(name));
        return others;
    }
}
