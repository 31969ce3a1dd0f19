package dev.ashlar.raid.superblock;

import java.util.UUID;

/** UUIDs and times as md codes and mdadm prints them. */
public final class MdText {
    private static final long SECONDS_MASK = (1L << 40) - 1;

    private MdText() {}

    /** Four groups of eight hexadecimal digits with colons, the bytes in their order on disk. */
    public static String uuid(UUID uuid) {
        String digits = "%016x%016x".formatted(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
        return String.join(":", digits.substring(0, 8), digits.substring(8, 16), digits.substring(16, 24),
                digits.substring(24));
    }

    /** Seconds since 1970 of a ctime or utime: its low 40 bits. */
    public static long seconds(long raw) {
        return raw & SECONDS_MASK;
    }

    /** Microseconds of a ctime or utime: its high 24 bits, which md writes as zero. */
    public static int microseconds(long raw) {
        return (int) (raw >>> 40);
    }

    /** A ctime or utime. @param microseconds 0 to 2^24 - 1 */
    public static long time(long seconds, int microseconds) {
        if (seconds < 0 || seconds > SECONDS_MASK || microseconds < 0 || microseconds >= 1 << 24) {
            throw new IllegalArgumentException("seconds=" + seconds + " microseconds=" + microseconds);
        }
        return (long) microseconds << 40 | seconds;
    }
}
