/**
 * The vocabulary of replication: {@link dev.ashlar.replication.Role who} may write,
 * {@link dev.ashlar.replication.ReplicationMode when} a write is answered.
 *
 * <p>A <em>primary</em> takes writes and ships them as frames of its log, in order, to a <em>secondary</em>. An
 * <em>LSN</em> is a byte position in that stream; an <em>epoch</em> is the reign of one primary, and there is one writer in
 * each. Reserved package names and the arrows between them: {@code wire} (frames between peers), {@code role} (the pure
 * state machine), {@code ship} (sending and acknowledging), {@code resync} (catching up a peer whose gap is longer than the
 * log) and {@code volume} (the block device on top). None of that is built yet.
 */
package dev.ashlar.replication;
