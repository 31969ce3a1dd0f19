package dev.ashlar.cli.control;

import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.SyncAction;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/** What the control endpoint can have done to one served array. Calls come from any thread. */
public interface ControlledArray {
    /** The set UUID. */
    UUID uuid();

    /** A picture of this moment, from memory. */
    ArrayStatus status();

    /** Whether no background pass runs or is due. */
    boolean idle();

    /** Where clients find the export. */
    List<String> uris();

    /** Declares a member faulty. */
    void fail(String member) throws IOException;

    /** Detaches a faulty member or a spare. */
    void remove(String member) throws IOException;

    /** Attaches a device and says in a sentence as what. */
    String add(String member, boolean force) throws IOException;

    /** Starts a check or a repair, or ends either with {@link SyncAction#IDLE}. */
    void requestAction(SyncAction action) throws IOException;

    /** Ends the export, lets its clients' requests end, and stops the array cleanly. */
    void stop() throws IOException;
}
