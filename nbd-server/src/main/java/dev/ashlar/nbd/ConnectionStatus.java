package dev.ashlar.nbd;

import java.time.Instant;

/**
 * What one connection is, and has done so far. The counters are read one after the other while requests go on, so they
 * may differ by the requests of that moment.
 *
 * @param id counts connections from 1 since the server was made
 * @param peer the other side's address, or the path of our socket for Unix sockets
 * @param client who that is, as {@link Peer#client} has it; the same for all connections of one client
 * @param export the export's own name, null while the connection still negotiates
 * @param encrypted whether TLS protects it
 * @param since when it was accepted
 * @param requests requests answered, failed ones included
 * @param errors requests answered with an error
 * @param readBytes payload sent to the client
 * @param writtenBytes payload taken from the client
 * @param inFlight requests being executed or waiting behind one that is; those still in the socket are not counted
 */
public record ConnectionStatus(
        long id,
        String peer,
        String client,
        String export,
        boolean encrypted,
        Instant since,
        long requests,
        long errors,
        long readBytes,
        long writtenBytes,
        long inFlight) {}
