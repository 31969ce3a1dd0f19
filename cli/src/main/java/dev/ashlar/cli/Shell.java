package dev.ashlar.cli;

/** Words of commands that are printed to be copied into a shell. */
final class Shell {
    private Shell() {}

    /** The text as one word of a shell command. */
    static String quote(Object text) {
        String word = text.toString();
        return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
