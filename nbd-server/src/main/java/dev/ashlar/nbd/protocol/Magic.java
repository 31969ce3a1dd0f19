package dev.ashlar.nbd.protocol;

/** The magic numbers that open every message. */
public final class Magic {
    /** ASCII "NBDMAGIC", the server's first eight bytes. */
    public static final long INIT_PASSWD = 0x4e42444d41474943L;
    /** ASCII "IHAVEOPT", the server's next eight bytes and the start of every option. */
    public static final long IHAVEOPT = 0x49484156454F5054L;
    /** Opens every reply to an option. */
    public static final long OPTION_REPLY = 0x3e889045565a9L;
    /** Opens every request. */
    public static final int REQUEST = 0x25609513;
    /** Opens a simple reply. */
    public static final int SIMPLE_REPLY = 0x67446698;
    /** Opens every chunk of a structured reply. */
    public static final int STRUCTURED_REPLY = 0x668e33ef;

    /** Opens every request with an extended header. */
    public static final int EXTENDED_REQUEST = 0x21e41c71;
    /** Opens every chunk of an extended reply. */
    public static final int EXTENDED_REPLY = 0x6e8a278c;

    private Magic() {}
}
