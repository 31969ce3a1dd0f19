package dev.ashlar.nbd;

import dev.ashlar.block.BlockDevice;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A device under the name clients ask for.
 *
 * @param name at most 4096 bytes of UTF-8 without NUL; "" is the default export
 * @param description one line for people, at most 4096 bytes of UTF-8 without NUL, "" for none
 * @param device what is served; stays its owner's, who closes it after the export has been removed
 * @param readOnly whether clients may only read, which is always so when the device is read-only
 */
public record Export(String name, String description, BlockDevice device, boolean readOnly) {

    /** The protocol's bound on every string, in bytes of UTF-8. */
    public static final int MAX_STRING_BYTES = 4096;

    /** Checks the strings against the protocol's rules. */
    public Export {
        checkString("name", name);
        checkString("description", description);
        readOnly |= Objects.requireNonNull(device, "device").readOnly();
    }

    /** An export that is writable when its device is. */
    public Export(String name, String description, BlockDevice device) {
        this(name, description, device, false);
    }

    private static void checkString(String what, String value) {
        int bytes = Objects.requireNonNull(value, what).getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_STRING_BYTES) {
            throw new IllegalArgumentException(what + " too long: bytes=" + bytes + " max=" + MAX_STRING_BYTES);
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " contains NUL: " + what + "=" + value.replace('\0', '?'));
        }
    }
}
