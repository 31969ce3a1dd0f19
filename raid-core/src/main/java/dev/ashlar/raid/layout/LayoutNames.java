package dev.ashlar.raid.layout;

import dev.ashlar.raid.RaidLevel;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * mdadm's names of layouts and the numbers the superblock carries for them.
 *
 * <p>RAID 10 numbers are {@code near | far << 8}, plus bit 16 for "offset"; a name gives one of the three a count of
 * copies ("n2", "f2", "o3"). RAID 0 has layouts only since members of different size turned out to be laid out in two
 * ways by different kernels. Sources: md(4), mdadm(8).
 */
public final class LayoutNames {
    static final int OFFSET_BIT = 1 << 16;

    private static final Map<String, Integer> RAID0 = names("original", 1, "alternate", 2, "dangerous", 0);

    private static final Map<String, Integer> RAID5 = names(
            "left-symmetric", 2, "left-asymmetric", 0, "right-symmetric", 3, "right-asymmetric", 1,
            "parity-first", 4, "parity-last", 5);

    private static final Map<String, Integer> RAID6 = names(
            "left-symmetric", 2, "left-asymmetric", 0, "right-symmetric", 3, "right-asymmetric", 1,
            "parity-first", 4, "parity-last", 5,
            "ddf-zero-restart", 8, "ddf-N-restart", 9, "ddf-N-continue", 10,
            "left-symmetric-6", 18, "left-asymmetric-6", 16, "right-symmetric-6", 19, "right-asymmetric-6", 17,
            "parity-first-6", 20);

    private static final Map<String, String> SHORT = Map.of(
            "ls", "left-symmetric", "la", "left-asymmetric", "rs", "right-symmetric", "ra", "right-asymmetric");

    private static final String RAID10_LEGAL = "n2, n3, ... (near), f2, f3, ... (far), o2, o3, ... (offset)";

    private LayoutNames() {}

    /**
     * The number of a layout.
     *
     * @param name mdadm's name or its short form, in any case; for RAID 1 and 4, which have one layout, the empty
     *         string
     * @throws IllegalArgumentException that lists the legal names if this is none of them
     */
    public static int parse(RaidLevel level, String name) {
        if (level == RaidLevel.RAID10) {
            return parseRaid10(name);
        }
        Map<String, Integer> names = table(level);
        String wanted = SHORT.getOrDefault(name.toLowerCase(Locale.ROOT), name);
        for (Map.Entry<String, Integer> entry : names.entrySet()) {
            if (entry.getKey().equalsIgnoreCase(wanted)) {
                return entry.getValue();
            }
        }
        if (names.isEmpty() && name.isEmpty()) {
            return 0;
        }
        throw new IllegalArgumentException("layout=" + name + " is unknown for " + level + "; legal: " + legal(level));
    }

    /**
     * mdadm's name of a layout, or the empty string where it has none. RAID 0's 0 has none either: where it is legal,
     * there is nothing to name (mdadm accepts it as "dangerous" to override a refusal).
     */
    public static String name(RaidLevel level, int layout) {
        if (level == RaidLevel.RAID0 && layout == 0) {
            return "";
        }
        if (level == RaidLevel.RAID10) {
            return raid10Name(layout);
        }
        for (Map.Entry<String, Integer> entry : table(level).entrySet()) {
            if (entry.getValue() == layout) {
                return entry.getKey();
            }
        }
        return "";
    }

    /** What mdadm takes if nothing is asked for: left-symmetric, near=2, or 0. */
    public static int defaultLayout(RaidLevel level) {
        return switch (level) {
            case RAID5, RAID6 -> 2;
            case RAID10 -> 2 | 1 << 8;
            case RAID0, RAID1, RAID4 -> 0;
        };
    }

    /** Throws unless md has such a layout of RAID 4, 5 or 6. */
    static void requireKnown(RaidLevel level, int layout) {
        boolean known = level == RaidLevel.RAID4 ? layout == 0 : table(level).containsValue(layout);
        if (!known) {
            throw new IllegalArgumentException(
                    "layout=" + layout + " is unknown for " + level + "; legal: " + legal(level));
        }
    }

    private static int parseRaid10(String name) {
        char kind = name.isEmpty() ? ' ' : Character.toLowerCase(name.charAt(0));
        String digits = name.isEmpty() ? "" : name.substring(1);
        if ("nfo".indexOf(kind) < 0 || !digits.matches("[1-9][0-9]?")) {
            throw new IllegalArgumentException(
                    "layout=" + name + " is unknown for raid10; legal: " + RAID10_LEGAL);
        }
        int copies = Integer.parseInt(digits);
        if (copies < 2 || copies > Checks.MAX_DISKS) {
            throw new IllegalArgumentException(
                    "layout=" + name + " asks for copies=" + copies + ", not 2 to " + Checks.MAX_DISKS);
        }
        return switch (kind) {
            case 'n' -> copies | 1 << 8;
            case 'f' -> 1 | copies << 8;
            default -> 1 | copies << 8 | OFFSET_BIT;
        };
    }

    private static String raid10Name(int layout) {
        int near = layout & 0xff;
        int far = layout >>> 8 & 0xff;
        int bits = layout >>> 16;
        if (far == 1 && near > 1 && bits == 0) {
            return "n" + near;
        }
        if (near == 1 && far > 1 && bits <= 1) {
            return (bits == 0 ? "f" : "o") + far;
        }
        return "";
    }

    private static Map<String, Integer> table(RaidLevel level) {
        return switch (level) {
            case RAID0 -> RAID0;
            case RAID5 -> RAID5;
            case RAID6 -> RAID6;
            case RAID1, RAID4, RAID10 -> Map.of();
        };
    }

    private static String legal(RaidLevel level) {
        Map<String, Integer> names = table(level);
        if (names.isEmpty()) {
            return "none, the level has a single layout";
        }
        return names.entrySet().stream()
                .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                .collect(Collectors.joining(", "));
    }

    private static Map<String, Integer> names(Object... namesAndNumbers) {
        Map<String, Integer> names = new LinkedHashMap<>();
        for (int i = 0; i < namesAndNumbers.length; i += 2) {
            names.put((String) namesAndNumbers[i], (Integer) namesAndNumbers[i + 1]);
        }
        return names;
    }
}
