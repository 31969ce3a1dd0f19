package dev.ashlar.raid.superblock;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code dev_roles}: which role each dev_number has. Immutable. A dev_number is permanent and is not the role; numbers
 * at or beyond {@link #maxDev} count as spare.
 */
public final class Roles {
    /** A member with the array's journal. */
    public static final int JOURNAL = 0xfffd;
    /** A member that failed and is still attached. */
    public static final int FAULTY = 0xfffe;
    /** A spare, or no such device. */
    public static final int SPARE = 0xffff;

    /** Values below this are roles. */
    private static final int FIRST_SPECIAL = 0xff00;

    private final short[] roles;

    private Roles(short[] roles) {
        this.roles = roles;
    }

    /**
     * Roles given in order of dev_number; the rest of {@code maxDev} entries is {@link #SPARE}.
     *
     * @param values each 0 to 0xffff
     */
    public static Roles of(int maxDev, int... values) {
        if (values.length > maxDev || maxDev > SuperblockLayout.MAX_DEV) {
            throw new IllegalArgumentException("maxDev=" + maxDev + " values=" + values.length);
        }
        short[] roles = new short[maxDev];
        Arrays.fill(roles, (short) SPARE);
        for (int i = 0; i < values.length; i++) {
            roles[i] = (short) checkRole(values[i]);
        }
        return new Roles(roles);
    }

    /** Whether a value names a slot of the array. */
    public static boolean isActive(int role) {
        return role >= 0 && role < FIRST_SPECIAL;
    }

    /** Entries on disk. */
    public int maxDev() {
        return roles.length;
    }

    /** The role of a dev_number, taken as unsigned; {@link #SPARE} beyond the end. */
    public int of(int devNumber) {
        return devNumber >= 0 && devNumber < roles.length ? Short.toUnsignedInt(roles[devNumber]) : SPARE;
    }

    /**
     * The same with one entry changed. A number beyond the end enlarges the table, filling its last sector as mdadm
     * does.
     *
     * @param devNumber 0 to {@link SuperblockLayout#MAX_DEV} - 1
     */
    public Roles with(int devNumber, int role) {
        if (devNumber < 0 || devNumber >= SuperblockLayout.MAX_DEV) {
            throw new IllegalArgumentException("devNumber=" + devNumber + " max=" + (SuperblockLayout.MAX_DEV - 1));
        }
        int maxDev = Math.max(roles.length, devNumber < roles.length ? 0 : SuperblockLayout.maxDevFor(devNumber + 1));
        short[] changed = Arrays.copyOf(roles, maxDev);
        Arrays.fill(changed, roles.length, maxDev, (short) SPARE);
        changed[devNumber] = (short) checkRole(role);
        return new Roles(changed);
    }

    /** The dev_numbers with the given role, ascending. */
    public IntStream numbersOf(int role) {
        return IntStream.range(0, roles.length).filter(number -> of(number) == role);
    }

    /** The dev_numbers that have a slot of the array, ascending. */
    public IntStream activeNumbers() {
        return IntStream.range(0, roles.length).filter(number -> isActive(of(number)));
    }

    /** The lowest number at or above {@code from} that no device has according to this table alone. */
    public int lowestFree(int from) {
        int number = from;
        while (of(number) != SPARE) {
            number++;
        }
        return number;
    }

    private static int checkRole(int role) {
        if (role < 0 || role > SPARE) {
            throw new IllegalArgumentException("role=" + role);
        }
        return role;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Roles that && Arrays.equals(roles, that.roles);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(roles);
    }

    /** The entries up to the last one that is not {@link #SPARE}. */
    @Override
    public String toString() {
        int last = roles.length;
        while (last > 0 && of(last - 1) == SPARE) {
            last--;
        }
        return IntStream.range(0, last).mapToObj(number -> word(of(number))).toList().toString();
    }

    /** A role as shown to users: its number, or md's word. */
    public static String word(int role) {
        return switch (role) {
            case JOURNAL -> "journal";
            case FAULTY -> "faulty";
            case SPARE -> "spare";
            default -> Integer.toString(role);
        };
    }
}
