package dev.ashlar.nbd;

import dev.ashlar.block.BlockDevice;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A device under the name clients ask for.
 *
 * @param name at most 4096 bytes of UTF-8 without NUL; "" is the default export
 * @param description one line for people, at most 4096 bytes of UTF-8 without NUL, "" for none
 * @param device what is served; stays its owner's, who closes it after the export has been removed. Exports of one
 *     device name the same object, by which the server knows that a client's connections to them concern each other
 * @param readOnly whether clients may only read, which is always so when the device is read-only, and never with views
 * @param contexts what BLOCK_STATUS can tell beside {@code base:allocation}; asked again by every client that
 *     negotiates, from any thread, so that contexts may come and go while the export is served
 * @param rules who may open it
 * @param rates how fast its clients may go together
 * @param rotational whether clients shall take it for a turning disk and save seeks
 * @param takeover what becomes of a client's older connections when it opens the export again
 * @param view what each connection uses in place of the device, null where all of them use the device itself. With it a
 *     client is not told of several connections, nor of {@code contexts}, which are the device's
 */
public record Export(
        String name,
        String description,
        BlockDevice device,
        boolean readOnly,
        Supplier<List<MetaContext>> contexts,
        PeerRules rules,
        RateLimits rates,
        boolean rotational,
        TakeoverRule takeover,
        PrivateView view) {

    /** The protocol's bound on every string, in bytes of UTF-8. */
    public static final int MAX_STRING_BYTES = 4096;

    /** Checks the strings against the protocol's rules. */
    public Export {
        checkString("name", name);
        checkString("description", description);
        readOnly |= Objects.requireNonNull(device, "device").readOnly();
        readOnly &= view == null;
        Objects.requireNonNull(contexts, "contexts");
        Objects.requireNonNull(rules, "rules");
        Objects.requireNonNull(rates, "rates");
        Objects.requireNonNull(takeover, "takeover");
    }

    /** An export that is writable when its device is, for everybody. */
    public Export(String name, String description, BlockDevice device) {
        this(name, description, device, false);
    }

    /** An export for everybody. */
    public Export(String name, String description, BlockDevice device, boolean readOnly) {
        this(name, description, device, readOnly, List::of, PeerRules.ANYBODY, RateLimits.NONE, false,
                TakeoverRule.WAIT, null);
    }

    /** This export with more to tell. */
    public Export withContexts(List<MetaContext> told) {
        List<MetaContext> fixed = List.copyOf(told);
        fixed.forEach(context -> checkString("context", context.name()));
        return withContexts(() -> fixed);
    }

    /** This export with more to tell, of which some may come and some may go. */
    public Export withContexts(Supplier<List<MetaContext>> told) {
        return new Export(name, description, device, readOnly, told, rules, rates, rotational, takeover, view);
    }

    /** This export for those who meet {@code wanted}. */
    public Export withRules(PeerRules wanted) {
        return new Export(name, description, device, readOnly, contexts, wanted, rates, rotational, takeover, view);
    }

    /** This export no faster than {@code wanted}. */
    public Export withRates(RateLimits wanted) {
        return new Export(name, description, device, readOnly, contexts, rules, wanted, rotational, takeover, view);
    }

    /** This export as a turning disk, or as none. */
    public Export withRotational(boolean wanted) {
        return new Export(name, description, device, readOnly, contexts, rules, rates, wanted, takeover, view);
    }

    /** This export under another rule for clients that come back. */
    public Export withTakeover(TakeoverRule wanted) {
        return new Export(name, description, device, readOnly, contexts, rules, rates, rotational, wanted, view);
    }

    /** This export with a device for each connection, on which it may write whatever may be done to the one below. */
    public Export withPrivateView(PrivateView wanted) {
        Objects.requireNonNull(wanted, "wanted");
        return new Export(name, description, device, false, contexts, rules, rates, rotational, takeover, wanted);
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
