package dev.ashlar.cli.show;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500ms}, {@code 10s}, {@code 5m}, {@code 2h}. */
public final class Durations {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    /** More is a mistake, and clocks that count nanoseconds could not count it. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private Durations() {}

    /**
     * The duration, at most a year of 365 days; a unit must be given.
     *
     * @throws IllegalArgumentException if the text is none, or is longer
     */
    public static Duration parse(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no duration such as 500ms, 10s, 5m or 2h");
        }
        long number = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("'" + text + "' is longer than 365 days (" + LONGEST.toHours() + "h)");
        }
        return duration;
    }

    /** How long something has gone on, such as {@code 12 s}, {@code 3 min} or {@code 2 d}: the largest whole unit. */
    public static String age(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 120 * 60) {
            return seconds / 60 + " min";
        }
        return seconds < 48 * 3600 ? seconds / 3600 + " h" : seconds / 86400 + " d";
    }
}
