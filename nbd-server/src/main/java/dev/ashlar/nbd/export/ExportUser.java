package dev.ashlar.nbd.export;

/** A connection, as the export it uses sees it. Both calls come from other threads and do not block. */
public interface ExportUser {

    /** Asks for an end once the requests in flight are answered. */
    void drain();

    /** Cuts the connection off. A call already inside the device still runs to its end. */
    void abort();
}
