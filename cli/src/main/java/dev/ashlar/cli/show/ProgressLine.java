package dev.ashlar.cli.show;

import dev.ashlar.raid.SyncProgress;
import java.util.Locale;

/** A background pass in one line: bar, share, amounts, speed and time left. */
public final class ProgressLine {
    private static final int WIDTH = 24;

    private ProgressLine() {}

    /** The line of a pass that runs, such as {@code recover [=====>....] 27.3%  45 MiB/s  0:12 left}. */
    public static String of(SyncProgress progress) {
        return line(
                progress.action().word(),
                progress.fraction(),
                progress.doneBytes(),
                progress.totalBytes(),
                progress.bytesPerSecond(),
                progress.secondsLeft());
    }

    /**
     * A line for any work with a known end.
     *
     * @param what one word for the work
     * @param fraction the share done, 0 to 1
     * @param bytesPerSecond 0 when not known
     * @param secondsLeft -1 when not known
     */
    public static String line(
            String what, double fraction, long doneBytes, long totalBytes, long bytesPerSecond, long secondsLeft) {
        int filled = (int) (Math.clamp(fraction, 0, 1) * WIDTH);
        StringBuilder line = new StringBuilder(what).append(" [").repeat("=", filled);
        if (filled < WIDTH) {
            line.append('>').repeat(".", WIDTH - filled - 1);
        }
        line.append(String.format(Locale.ROOT, "] %5.1f%%", 100 * fraction));
        line.append("  ").append(Sizes.format(doneBytes)).append(" of ").append(Sizes.format(totalBytes));
        if (bytesPerSecond > 0) {
            line.append("  ").append(Sizes.format(bytesPerSecond)).append("/s");
        }
        if (secondsLeft >= 0) {
            line.append("  ").append(duration(secondsLeft)).append(" left");
        }
        return line.toString();
    }

    private static String duration(long seconds) {
        return seconds < 3600
                ? String.format("%d:%02d", seconds / 60, seconds % 60)
                : String.format("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
