package dev.ashlar.cli.export;

import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.TakeoverRule;

/**
 * How an array shall be exported.
 *
 * @param name what clients ask for
 * @param description a line for people, "" for none
 * @param readOnly whether clients may only read
 * @param rules who may open it
 * @param rates how fast its clients may go together
 * @param rotational whether clients shall take it for a turning disk
 * @param takeover what becomes of a client's older connections when it comes back
 * @param cow whether each connection changes a copy of its own, which ends with it
 */
public record ExportSetting(
        String name,
        String description,
        boolean readOnly,
        PeerRules rules,
        RateLimits rates,
        boolean rotational,
        TakeoverRule takeover,
        boolean cow) {
    private static final long LAST_UID = 0xffff_fffeL;

    /** Why an export cannot be both. */
    public static final String COW_READ_ONLY =
            "cow and read-only contradict each other: with cow clients may write, and the array stays as it is";

    /** @throws IllegalArgumentException if there would be no changes to keep apart */
    public ExportSetting {
        if (cow && readOnly) {
            throw new IllegalArgumentException(COW_READ_ONLY);
        }
    }

    /**
     * Reads the number of a user as a 32-bit number without sign.
     *
     * @throws IllegalArgumentException if no user can have it
     */
    public static int parseUid(String text) {
        if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) > LAST_UID) {
            throw new IllegalArgumentException("'" + text + "' is no user's number from 0 to " + LAST_UID);
        }
        return Integer.parseUnsignedInt(text);
    }

    /**
     * Reads what a certificate or key must say of a client, such as {@code CN=backup}.
     *
     * @throws IllegalArgumentException if nothing could ever say so
     */
    public static String parseIdentity(String text) {
        if (!text.matches("(CN|DNS|URI|IP|SUBJECT|PSK)=.+")) {
            throw new IllegalArgumentException("'" + text
                    + "' is no identity: CN=, DNS=, URI=, IP=, SUBJECT= or PSK= and what must follow");
        }
        return text;
    }

    /** An export for everybody, under this name. */
    public static ExportSetting named(String name) {
        return new ExportSetting(name, "", false, PeerRules.ANYBODY, RateLimits.NONE, false, TakeoverRule.WAIT, false);
    }
}
