package dev.ashlar.cli.show;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 512K}, {@code 256M}, {@code 1G}, {@code 2T}; powers of 1024. */
public final class Sizes {
    private static final String UNITS = "KMGTPE";
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,19})(?:([KMGTPEkmgtpe])(?:i?B)?|B)?");

    private Sizes() {}

    /**
     * The size in bytes; a number without unit is bytes.
     *
     * @throws IllegalArgumentException if the text is no size or more than {@link Long#MAX_VALUE}
     */
    public static long parse(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no size such as 512K, 256M or 1G");
        }
        try {
            long number = Long.parseLong(matcher.group(1));
            String unit = matcher.group(2);
            int shift = unit == null ? 0 : 10 * (1 + UNITS.indexOf(unit.toUpperCase(Locale.ROOT)));
            return Math.multiplyExact(number, Math.multiplyExact(1L, 1L << shift));
        } catch (ArithmeticException | NumberFormatException _) {
            throw new IllegalArgumentException("'" + text + "' is too large a size");
        }
    }

    /** The size for people, such as {@code 1.5 GiB}; exact below 1 KiB and for whole units. */
    public static String format(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes=" + bytes);
        }
        int unit = (63 - Long.numberOfLeadingZeros(Math.max(bytes, 1))) / 10;
        if (unit == 0) {
            return bytes + " B";
        }
        double scaled = bytes / (double) (1L << 10 * unit);
        String number = scaled == Math.rint(scaled)
                ? String.valueOf((long) scaled)
                : String.format(Locale.ROOT, "%.1f", scaled);
        return number + " " + UNITS.charAt(unit - 1) + "iB";
    }
}
