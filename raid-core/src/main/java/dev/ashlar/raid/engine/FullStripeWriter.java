package dev.ashlar.raid.engine;

import dev.ashlar.block.NoSpaceException;
import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.layout.ParityGeometry;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Overwrites the same range of every data block of a stripe, which needs nothing read.
 *
 * <p>Invariants: nothing is returned to the caller as written before every failure met on the way is durable on the
 * other members. What a full disk or the loss of the array leaves half done is declared torn before the exception leaves.
 *
 * <p>Each data block goes to its member in one call, and parity is computed after them: the system calls leave the data
 * in the cache, where computing first would leave nothing for them. Measured in 64 KiB and 512 KiB chunks against
 * parity first and against going through all members tile by tile; this order took 5 to 15 % less.
 */
final class FullStripeWriter {
    private final ParityGeometry geometry;
    private final EngineHost host;

    FullStripeWriter(ParityGeometry geometry, EngineHost host) {
        this.geometry = geometry;
        this.host = host;
    }

    /**
     * Writes under the stripe's lock.
     *
     * @param column started with the stripe and range, which may be longer than a tile
     * @param source native memory; block i begins at {@code sourceOffset + i * chunk}
     */
    void write(Column column, MemberWrites writes, MemorySegment source, long sourceOffset, boolean fua)
            throws IOException {
        writes.start();
        if (storeData(column, writes, source, sourceOffset, fua)) {
            storeParity(column, writes, source.address() + sourceOffset, fua);
        }
        try {
            writes.finish();
        } catch (ArrayFailedException e) {
            host.torn(column.memberOffset(), column.length());
            throw e;
        }
        NoSpaceException full = writes.noSpace();
        if (full != null) {
            host.torn(column.memberOffset(), column.length());
            throw full;
        }
        host.agrees(column.memberOffset(), column.length());
    }

    private boolean storeData(
            Column column, MemberWrites writes, MemorySegment source, long sourceOffset, boolean fua) {
        for (int index = 0; index < geometry.dataDisks(); index++) {
            long from = sourceOffset + index * geometry.chunkBytes();
            if (!writes.write(column.table(), column.dataRole(index), column.memberOffset(), source, from,
                    column.length(), fua)) {
                return false;
            }
        }
        return true;
    }

    private void storeParity(Column column, MemberWrites writes, long address, boolean fua) {
        int p = column.pRole();
        int q = column.qRole();
        if (!column.held(p) && !column.held(q)) {
            return;
        }
        boolean room = true;
        for (int done = 0; done < column.length() && room; ) {
            int part = Math.min(column.wideTileBytes(), column.length() - done);
            column.generateWide(address + done, part);
            long at = column.memberOffset() + done;
            room = writes.write(column.table(), p, at, column.memory(), column.widePSlot(), part, fua)
                    && (q < 0 || writes.write(column.table(), q, at, column.memory(), column.wideQSlot(), part, fua));
            done += part;
        }
    }
}
