package dev.ashlar.nbd.export;

/** How an attempt to enter an export ended. */
public enum Entry {
    /** The connection uses the export. */
    ENTERED("entered"),

    /** The export has been removed in the meantime. */
    REMOVED("no export of this name"),

    /** What was sent over earlier connections has not ended in time. */
    BUSY("a request of an earlier connection is still being executed; try again"),

    /** There can be no view for the connection. */
    NO_VIEW("there is no room for changes of your own; the cause is in the server's log"),

    /** The client has left while it waited, or the wait was ended from outside. */
    LEFT("nobody waits any more");

    private final String message;

    Entry(String message) {
        this.message = message;
    }

    /** A sentence for the client. */
    public String message() {
        return message;
    }
}
