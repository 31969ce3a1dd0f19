package dev.ashlar.nbd.export;

/** How an attempt to enter an export ended. */
public enum Entry {
    /** The connection uses the export. */
    ENTERED("entered"),

    /** The export has been removed in the meantime. */
    REMOVED("no export of this name"),

    /** The client has been here before, and what it sent then has not ended in time. */
    BUSY("a request of an earlier connection of yours is still being executed; try again");

    private final String message;

    Entry(String message) {
        this.message = message;
    }

    /** A sentence for the client. */
    public String message() {
        return message;
    }
}
