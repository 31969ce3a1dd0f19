/**
 * TLS for connections that ask for it with STARTTLS: records over another transport, with certificates by the JDK's
 * engine. Files are read again when they change.
 */
package dev.ashlar.nbd.tls;
