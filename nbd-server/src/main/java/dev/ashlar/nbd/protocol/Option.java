package dev.ashlar.nbd.protocol;

/** Options that this server knows. All others are answered ERR_UNSUP. */
public enum Option {
    EXPORT_NAME(1),
    ABORT(2),
    LIST(3),
    STARTTLS(5),
    INFO(6),
    GO(7),
    STRUCTURED_REPLY(8);

    private final int code;

    Option(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The option of this number, or null when it is none of ours. */
    public static Option of(int code) {
        for (Option option : values()) {
            if (option.code == code) {
                return option;
            }
        }
        return null;
    }
}
