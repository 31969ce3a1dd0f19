package dev.ashlar.nbd;

/**
 * What one connection has done so far. The counters are read one after the other while requests go on, so they may
 * differ by the requests of that moment.
 *
 * @param id counts connections from 1 since the server was made
 * @param peer the other side's address, or the path of our socket for Unix sockets
 * @param export the export's own name, null while the connection still negotiates
 * @param requests requests answered, failed ones included
 * @param errors requests answered with an error
 * @param readBytes payload sent to the client
 * @param writtenBytes payload taken from the client
 */
public record ConnectionStatus(
        long id, String peer, String export, long requests, long errors, long readBytes, long writtenBytes) {}
