package dev.ashlar.raid.superblock;

import java.util.ArrayList;
import java.util.List;

/** The bits of {@code feature_map}, with the kernel's names. Some describe the array, the others one member. */
public final class Features {
    /** An internal bitmap lies at bitmap_offset. */
    public static final int BITMAP_OFFSET = 0x1;
    /** Member: being rebuilt, good only below recovery_offset. */
    public static final int RECOVERY_OFFSET = 0x2;
    /** A reshape is under way; bytes 100 to 127 count. */
    public static final int RESHAPE_ACTIVE = 0x4;
    /** Member: its bad-block log is not empty. */
    public static final int BAD_BLOCKS = 0x8;
    /** Member: it is the replacement for the role it names. */
    public static final int REPLACEMENT = 0x10;
    /** The reshape runs downwards although the number of disks stays. */
    public static final int RESHAPE_BACKWARDS = 0x20;
    /** Member: new_offset counts. */
    public static final int NEW_OFFSET = 0x40;
    /** Member: the rebuild is guided by the bitmap, recovery_offset alone says nothing. */
    public static final int RECOVERY_BITMAP = 0x80;
    /** A clustered array (or a bitmap of version 5). */
    public static final int CLUSTERED = 0x100;
    /** A write journal; beside {@link #BITMAP_OFFSET} it is Ashlar's fence. */
    public static final int JOURNAL = 0x200;
    /** One partial parity log per member. */
    public static final int PPL = 0x400;
    /** A partial parity log with several headers. */
    public static final int MULTIPLE_PPLS = 0x800;
    /** The layout of a RAID 0 of unequal members is given. */
    public static final int RAID0_LAYOUT = 0x1000;

    /** The bits all members have alike. */
    public static final int ARRAY = BITMAP_OFFSET | RESHAPE_ACTIVE | RESHAPE_BACKWARDS | CLUSTERED | JOURNAL | PPL
            | MULTIPLE_PPLS | RAID0_LAYOUT;

    /** The bits that belong to one member. */
    public static final int MEMBER = RECOVERY_OFFSET | BAD_BLOCKS | REPLACEMENT | NEW_OFFSET | RECOVERY_BITMAP;

    /** Every bit that has a meaning. */
    public static final int ALL = ARRAY | MEMBER;

    private static final String[] NAMES = {
        "bitmap", "recovery_offset", "reshape", "bad_blocks", "replacement", "reshape_backwards", "new_offset",
        "recovery_bitmap", "clustered", "journal", "ppl", "multiple_ppls", "raid0_layout"
    };

    private Features() {}

    /** The names of the bits set, lowest first; a bit without a name gives its value in hexadecimal. */
    public static List<String> names(int features) {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            if ((features >>> bit & 1) != 0) {
                names.add(bit < NAMES.length ? NAMES[bit] : "0x" + Integer.toHexString(1 << bit));
            }
        }
        return names;
    }
}
