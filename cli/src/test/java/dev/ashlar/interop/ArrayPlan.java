package dev.ashlar.interop;

import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.layout.LayoutNames;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One array of {@link KernelAssemblesOursTest}: what Ashlar makes, what happens to it, and what the kernel then does.
 *
 * @param level RAID level
 * @param layout mdadm's name, "-" where there is none to choose
 * @param chunkKib chunk, 0 for RAID 1
 * @param memberKib size of each member
 * @param policy consistency policy
 * @param headRoom whether areas are reserved before the data
 * @param life what happens before the kernel sees it
 * @param visit what the kernel does with it
 */
record ArrayPlan(
        RaidLevel level,
        String layout,
        int chunkKib,
        List<Integer> memberKib,
        ConsistencyPolicy policy,
        boolean headRoom,
        Life life,
        Visit visit) {

    /** What happens to an array before the kernel sees it. */
    enum Life {
        /** The whole volume is written. */
        FULL,
        /** Ranges are written, others zeroed or trimmed. */
        PARTIAL,
        /** As many members fail as the level bears; more is written; new ones are added and rebuilt. */
        REBUILT,
        /** A member fails, and a hot spare takes its role by itself. */
        SPARED,
        /** A member fails and is left out. */
        DEGRADED,
        /** Copied while it is written, and what the last members (parity, or a copy) got last is lost: a torn stop. */
        CRASHED
    }

    /** What the kernel does with an array. */
    enum Visit {
        /** Assembles, reads, checks. */
        LOOK,
        /** Also writes, loses a member, writes again, rebuilds. */
        CHANGE,
        /** Finds a sector that was changed behind Ashlar's back: shows that a check here can fail. */
        SPOILED
    }

    private static final String PLANS = """
            0  -                   64   4096x2         none    plain  full      look
            0  -                  512   4096x3         none    plain  partial   look
            0  -                    4  40960x5         none    room   full      look
            0  original            16   3072,4096,6144 none    plain  full      look
            0  alternate           64   6144,3072,4096 none    plain  full      look
            1  -                    0   4096x2         bitmap  plain  full      change
            1  -                    0   4096x3         resync  plain  rebuilt   look
            1  -                    0  40960x2         bitmap  room   crashed   look
            4  -                   16   4096x3         bitmap  plain  crashed   look
            4  -                   64   4096x5         resync  plain  full      change
            5  left-symmetric      64   4096x2         resync  plain  full      look
            5  left-symmetric     512   6144x3         bitmap  plain  full      change
            5  left-symmetric    1024   6144x3         resync  plain  rebuilt   look
            5  left-symmetric     128   4096x8         bitmap  plain  partial   look
            5  left-asymmetric     16   4096x4         resync  plain  full      look
            5  right-asymmetric    32   4096x3         bitmap  plain  full      look
            5  right-symmetric      8   4096x5         resync  plain  partial   look
            5  parity-first        64   4096x4         bitmap  plain  rebuilt   look
            5  parity-last          4   4096x4         bitmap  plain  crashed   look
            5  left-symmetric      64   4096x4         bitmap  plain  spared    look
            5  left-symmetric      16   4096x3         resync  plain  full      spoiled
            6  left-symmetric      64   4096x4         bitmap  plain  full      change
            6  left-symmetric     512  40960x6         bitmap  room   rebuilt   change
            6  left-symmetric       4   4096x8         resync  plain  full      look
            6  left-asymmetric     16   4096x6         bitmap  plain  partial   look
            6  left-asymmetric      8   4096x5         resync  plain  rebuilt   look
            6  right-asymmetric    32   4096x5         resync  plain  full      look
            6  right-symmetric     16   4096x6         bitmap  plain  full      change
            6  parity-first        64   4096x5         resync  plain  full      look
            6  parity-last         16   4096x5         resync  plain  crashed   look
            6  ddf-zero-restart    16   4096x5         resync  plain  full      look
            6  ddf-N-restart       64   4096x6         bitmap  plain  rebuilt   look
            6  ddf-N-continue      16   4096x6         resync  plain  full      change
            6  left-asymmetric-6   16   4096x5         resync  plain  full      look
            6  right-asymmetric-6  32   4096x5         resync  plain  full      look
            6  left-symmetric-6    16   4096x6         bitmap  plain  rebuilt   look
            6  right-symmetric-6    8   4096x5         resync  plain  full      look
            6  parity-first-6      64   4096x5         resync  plain  full      look
            6  left-symmetric      64   4096x5         bitmap  plain  degraded  look
            10 n2                  64   4096x4         bitmap  plain  full      change
            10 n2                 512   6144x3         resync  plain  rebuilt   look
            10 n2                1024   6144x2         bitmap  plain  full      look
            10 n3                   4   4096x4         resync  plain  full      look
            10 f2                  16   4096x4         resync  plain  full      look
            10 f2                   8   4096x3         bitmap  plain  partial   look
            10 o2                  64   4096x4         bitmap  plain  full      look
            10 o2                  16   4096x3         resync  plain  rebuilt   look
            10 f3                  32   4096x5         resync  plain  full      look
            10 n2                  64  40960x4         bitmap  room   partial   look
            10 o2                   4   4096x8         resync  plain  degraded  look
            """;

    /** All arrays of the suite, or those that {@link #wanted} names. */
    static List<ArrayPlan> all() {
        return PLANS.lines().map(ArrayPlan::parse).filter(plan -> wanted(plan.name())).toList();
    }

    /** Whether an array takes part: one whose name contains the regular expression {@code -Dashlar.vm.arrays=…}. */
    static boolean wanted(String name) {
        return Pattern.compile(System.getProperty("ashlar.vm.arrays", "")).matcher(name).find();
    }

    /** Roles of the array. */
    int members() {
        return memberKib.size();
    }

    /** How many members the array can lose, whichever they are. */
    int redundancy() {
        return switch (level) {
            case RAID0 -> 0;
            case RAID1 -> members() - 1;
            case RAID4, RAID5 -> 1;
            case RAID6 -> 2;
            case RAID10 -> copies() - 1;
        };
    }

    /** md's number of the layout. */
    int layoutNumber() {
        return layout.equals("-") ? LayoutNames.defaultLayout(level) : LayoutNames.parse(level, layout);
    }

    /** Whether the members have a write-intent bitmap. */
    boolean hasBitmap() {
        return policy == ConsistencyPolicy.BITMAP;
    }

    /** What is said to {@code mdadm --create} for an array of the same shape. */
    String mdadmWords() {
        String chunk = chunkKib == 0 ? "" : " --chunk=" + chunkKib;
        String layoutWord = layout.equals("-") ? "" : " --layout=" + layout;
        String noBitmap = level.isRedundant() ? " --bitmap=none" : "";
        String bitmap = hasBitmap() ? " --bitmap=internal --bitmap-chunk=64K" : noBitmap;
        String shape = "--level=" + level.number() + " --raid-devices=" + members();
        return "--assume-clean " + shape + chunk + layoutWord + bitmap;
    }

    /** A name of at most 32 letters that tells the plans apart. */
    String name() {
        String layoutPart = layout.equals("-") ? "" : "-" + shortLayout();
        return level + layoutPart + "-" + members() + "d" + (chunkKib == 0 ? "" : "-" + chunkKib + "k")
                + (headRoom ? "r" : "") + (life == Life.FULL ? "" : "-" + word(life))
                + (visit == Visit.SPOILED ? "-" + word(visit) : "");
    }

    @Override
    public String toString() {
        return name();
    }

    private String shortLayout() {
        return layout.replace("left-", "l").replace("right-", "r").replace("parity-", "p")
                .replace("asymmetric", "a").replace("symmetric", "s").replace("first", "f").replace("last", "l")
                .replace("-restart", "r").replace("-continue", "c").replace("zero", "z").toLowerCase(Locale.ROOT);
    }

    private int copies() {
        return (layoutNumber() & 0xff) * (layoutNumber() >>> 8 & 0xff);
    }

    private static ArrayPlan parse(String line) {
        String[] words = line.strip().split(" +");
        return new ArrayPlan(
                RaidLevel.of(Integer.parseInt(words[0])),
                words[1],
                Integer.parseInt(words[2]),
                sizes(words[3]),
                ConsistencyPolicy.valueOf(words[4].toUpperCase(Locale.ROOT)),
                words[5].equals("room"),
                Life.valueOf(words[6].toUpperCase(Locale.ROOT)),
                Visit.valueOf(words[7].toUpperCase(Locale.ROOT)));
    }

    private static List<Integer> sizes(String word) {
        int times = word.indexOf('x');
        if (times < 0) {
            return Arrays.stream(word.split(",")).map(Integer::valueOf).toList();
        }
        int size = Integer.parseInt(word.substring(0, times));
        return java.util.Collections.nCopies(Integer.parseInt(word.substring(times + 1)), size);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
