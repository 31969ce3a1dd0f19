package dev.ashlar.raid.layout;

import dev.ashlar.raid.RaidLevel;

/**
 * md's parity layouts as formulas, for one row of chunks (stripe) at a time: which role holds P, Q and each data chunk.
 *
 * <p>Facts from md-format, section 8 ("RAID4, RAID5, RAID6: rows") and section 9 (exponents of Q), where they were
 * checked against arrays made by Linux. With {@code n} roles and row {@code s}:
 * <ul>
 * <li>"left" layouts move P downwards from the last role, "right" ones upwards from the first;
 * <li>"symmetric" ones number the data from the role after the parity, cyclically, "asymmetric" ones by role;
 * <li>RAID 6 layouts 16 to 20 are RAID 5 layouts of the first {@code n-1} roles, with Q always on the last;
 * <li>RAID 6 layouts 8 to 10 are DDF's; there the exponent of Q's coefficient is the role itself, not an order.
 * </ul>
 *
 * @param level RAID4, RAID5 or RAID6
 * @param layout md's number; 0 for RAID4
 * @param raidDisks number of roles, n
 */
record ParityRows(RaidLevel level, int layout, int raidDisks) {
    ParityRows {
        if (!level.hasParity()) {
            throw new IllegalArgumentException("level=" + level + " has no parity");
        }
        Checks.raidDisks(raidDisks, level.minimumDisks());
        LayoutNames.requireKnown(level, layout);
    }

    int dataDisks() {
        return raidDisks - level.parityDisks();
    }

    /** Rows after which everything repeats. */
    int period() {
        if (qIsLast()) {
            return raidDisks - 1;
        }
        return level == RaidLevel.RAID4 ? 1 : raidDisks;
    }

    /** Whether the exponent of a data chunk in Q is its role (DDF) instead of a rank among the data chunks. */
    boolean exponentIsRole() {
        return level == RaidLevel.RAID6 && layout >= 8 && layout <= 10;
    }

    int pRole(int row) {
        int n = raidDisks;
        return switch (level) {
            case RAID4 -> n - 1;
            case RAID5 -> rotatingP(layout, row, n);
            default -> switch (layout) {
                case 5 -> n - 2;
                case 8 -> row % n;
                case 9 -> n - 1 - (row + 1) % n;
                case 10 -> n - 1 - row % n;
                case 16, 17, 18, 19, 20 -> rotatingP(layout - 16, row, n - 1);
                default -> rotatingP(layout, row, n);
            };
        };
    }

    /** The role of Q, or -1 if the level has none. */
    int qRole(int row) {
        if (level != RaidLevel.RAID6) {
            return -1;
        }
        if (qIsLast()) {
            return raidDisks - 1;
        }
        int step = layout == 10 ? raidDisks - 1 : 1;
        return (pRole(row) + step) % raidDisks;
    }

    int dataRole(int row, int index) {
        int n = raidDisks;
        int p = pRole(row);
        if (level == RaidLevel.RAID6) {
            return switch (layout) {
                case 2, 3 -> (p + 2 + index) % n;
                case 10 -> (p + 1 + index) % n;
                case 18, 19 -> (p + 1 + index) % (n - 1);
                default -> skippingParity(row, index);
            };
        }
        boolean symmetric = level == RaidLevel.RAID5 && (layout == 2 || layout == 3);
        return symmetric ? (p + 1 + index) % n : skippingParity(row, index);
    }

    /**
     * The exponent of the coefficient of a data chunk in Q: in md's own order the rank of its role among the data
     * roles, counted cyclically from the role after Q. RAID 4 and 5, which have no Q, give the logical index.
     */
    int exponent(int row, int index) {
        if (level != RaidLevel.RAID6) {
            return index;
        }
        int role = dataRole(row, index);
        if (exponentIsRole()) {
            return role;
        }
        int p = pRole(row);
        int rank = 0;
        for (int other = (qRole(row) + 1) % raidDisks; other != role; other = (other + 1) % raidDisks) {
            if (other != p) {
                rank++;
            }
        }
        return rank;
    }

    private boolean qIsLast() {
        return level == RaidLevel.RAID6 && layout >= 16;
    }

    /** P of the RAID 5 layouts 0 to 5 over {@code n} roles. */
    private static int rotatingP(int layout, int row, int n) {
        return switch (layout) {
            case 0, 2 -> n - 1 - row % n;
            case 1, 3 -> row % n;
            case 4 -> 0;
            default -> n - 1;
        };
    }

    private int skippingParity(int row, int index) {
        int p = pRole(row);
        int q = qRole(row);
        int role = -1;
        for (int left = index; left >= 0; left--) {
            do {
                role++;
            } while (role == p || role == q);
        }
        return role;
    }
}
