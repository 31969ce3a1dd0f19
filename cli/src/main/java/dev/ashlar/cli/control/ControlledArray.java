package dev.ashlar.cli.control;

import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.show.ArrayPicture;
import dev.ashlar.raid.SyncAction;
import java.io.IOException;
import java.util.UUID;

/** What the control endpoint can have done to one served array. Calls come from any thread. */
public interface ControlledArray {
    /** The set UUID. */
    UUID uuid();

    /** The array, its exports and their clients at this moment, from memory: never waits for a member or a client. */
    ArrayPicture picture();

    /** Declares a member faulty. */
    void fail(String member) throws IOException;

    /** Detaches a faulty member or a spare. */
    void remove(String member) throws IOException;

    /** Attaches a device and says in a sentence as what. */
    String add(String member, boolean force) throws IOException;

    /** Starts a check or a repair, or ends either with {@link SyncAction#IDLE}. */
    void requestAction(SyncAction action) throws IOException;

    /** Serves the array under one more name. */
    void export(ExportSetting setting) throws IOException;

    /** Ends one export: lets its clients' requests end, then closes their connections. The array goes on. */
    void unexport(String name) throws IOException;

    /** Remembers changes from now on; a mark of this name begins anew. */
    void mark(String name) throws IOException;

    /** Forgets a mark. */
    void unmark(String name) throws IOException;

    /** Ends all exports, lets their clients' requests end, and stops the array cleanly. */
    void stop() throws IOException;
}
