package dev.ashlar.interop;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * An array which mdadm makes in the guest, mostly as it likes.
 *
 * @param name a word for it
 * @param members how many members
 * @param memberMib size of each
 * @param words what is said to {@code mdadm --create}
 */
record MdadmArray(String name, int members, int memberMib, String words) {
    private static final int WRITE_BYTES = 3 << 20;
    private static final int OFFSET_KIB = 1236;

    /** All such arrays of the suite that take part. */
    static List<MdadmArray> all() {
        return Stream.of(
                new MdadmArray("mdadm-raid5-default", 3, 12, "--level=5 --raid-devices=3"),
                new MdadmArray("mdadm-raid1-1.0", 2, 8, "--level=1 --raid-devices=2 --metadata=1.0 --bitmap=internal"),
                new MdadmArray("mdadm-raid6-1.1", 4, 8, "--level=6 --raid-devices=4 --metadata=1.1 --bitmap=internal"),
                new MdadmArray("mdadm-raid10-default", 4, 8, "--level=10 --raid-devices=4"))
                .filter(array -> ArrayPlan.wanted(array.name()))
                .toList();
    }

    /** Where the kernel writes. */
    int offsetKib() {
        return OFFSET_KIB;
    }

    /** What the kernel writes. */
    byte[] bytes() {
        byte[] bytes = new byte[WRITE_BYTES];
        new SplittableRandom(name.hashCode()).nextBytes(bytes);
        return bytes;
    }

    @Override
    public String toString() {
        return name;
    }
}
