package dev.ashlar.nbd.transport;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** struct pollfd: descriptor (32), events asked for (16), events met (16); errors are met without asking. */
final class PollEntry {
    static final int BYTES = 8;
    private static final int ASKED = 4;
    private static final int MET = 6;

    private PollEntry() {}

    static void set(MemorySegment entries, int index, int fd, short asked) {
        entries.set(ValueLayout.JAVA_INT, (long) index * BYTES, fd);
        entries.set(ValueLayout.JAVA_SHORT, (long) index * BYTES + ASKED, asked);
        entries.set(ValueLayout.JAVA_SHORT, (long) index * BYTES + MET, (short) 0);
    }

    static short events(MemorySegment entries, int index) {
        return entries.get(ValueLayout.JAVA_SHORT, (long) index * BYTES + MET);
    }
}
