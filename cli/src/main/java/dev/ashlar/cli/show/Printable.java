package dev.ashlar.cli.show;

/** Text of others, such as the name in a superblock, made safe for a terminal. */
public final class Printable {
    private Printable() {}

    /** A name in the middle of a sentence: the empty one, which is the default export's, can be seen too. */
    public static String name(String name) {
        return name.isEmpty() ? "''" : of(name);
    }

    /** The text with its control characters as {@code \xNN}. */
    public static String of(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.chars().forEach(c -> {
            if (Character.isISOControl(c)) {
                printable.append(String.format("\\x%02x", c));
            } else {
                printable.append((char) c);
            }
        });
        return printable.toString();
    }
}
