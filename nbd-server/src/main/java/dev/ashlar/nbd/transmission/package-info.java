/**
 * The transmission phase: requests in, replies out ("Transmission" of the protocol text).
 *
 * <p>One thread per connection takes everything that has arrived with one receive, executes every whole request in it
 * and sends all replies with one send. Nothing on that path allocates.
 */
package dev.ashlar.nbd.transmission;
