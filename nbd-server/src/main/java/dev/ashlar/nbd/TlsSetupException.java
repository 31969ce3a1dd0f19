package dev.ashlar.nbd;

import java.io.IOException;

/** TLS cannot be set up as asked. The message is one sentence for the operator that names the file. */
public final class TlsSetupException extends IOException {
    private static final long serialVersionUID = 1L;

    /** A file that is missing, unreadable, malformed, or does not fit the others. */
    public TlsSetupException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The same without a deeper cause. */
    public TlsSetupException(String message) {
        super(message);
    }
}
