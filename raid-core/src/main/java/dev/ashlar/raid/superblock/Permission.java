package dev.ashlar.raid.superblock;

import dev.ashlar.raid.OpenOptions;

/** Under which options something that stands in the way of an array may be passed. */
public enum Permission {
    /** It does not stand in the way, the owner is only told. */
    YES("yes"),
    /** The owner has said that absent members are really gone. */
    WITH_RUN("with `--run`"),
    /** The owner has said that the risk is taken. */
    WITH_FORCE("with `--force`"),
    /** Not at all. */
    NEVER("no");

    private final String word;

    Permission(String word) {
        this.word = word;
    }

    /** As shown in documents. */
    public String word() {
        return word;
    }

    /** Whether the options allow it. */
    public boolean allows(OpenOptions options) {
        return switch (this) {
            case YES -> true;
            case WITH_RUN -> options.run();
            case WITH_FORCE -> options.force();
            case NEVER -> false;
        };
    }
}
