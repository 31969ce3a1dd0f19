package dev.ashlar.nbd.protocol;

/** Types of replies to options. Errors have bit 31 set and may carry a message for people. */
public enum OptionReply {
    ACK(1),
    SERVER(2),
    INFO(3),
    ERR_UNSUP(0x80000001),
    ERR_POLICY(0x80000002),
    ERR_INVALID(0x80000003),
    ERR_TLS_REQD(0x80000005),
    ERR_UNKNOWN(0x80000006),
    ERR_SHUTDOWN(0x80000007),
    ERR_TOO_BIG(0x80000009);

    private final int code;

    OptionReply(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }
}
