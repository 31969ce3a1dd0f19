package dev.ashlar.raid.engine;

import dev.ashlar.block.NoSpaceException;
import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.layout.ParityGeometry;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Writes some blocks of a column so that data and parity agree when it returns; {@link FullStripeWriter} writes all.
 *
 * <p>Invariants: nothing is returned to the caller as written before every failure met on the way is durable on the other
 * members. When a full disk stops a write half-way, old content is put back if it is at hand, and else the column is
 * declared torn before the exception leaves: parity that may be wrong is never used.
 */
final class ParityWriter {
    private final ParityGeometry geometry;
    private final EngineHost host;

    ParityWriter(ParityGeometry geometry, EngineHost host) {
        this.geometry = geometry;
        this.host = host;
    }

    /**
     * Overwrites data blocks {@code first} to {@code last} of the column, under the stripe's lock.
     *
     * @param column started with the stripe and range
     * @param source native memory; block i begins at {@code sourceOffset + (i - first) * chunk}
     */
    void write(
            Column column,
            MemberWrites writes,
            int first,
            int last,
            MemorySegment source,
            long sourceOffset,
            boolean fua)
            throws IOException {
        StripePlan plan;
        do {
            plan = choose(column, first, last);
        } while (!prepare(column, plan, first, last, source.address() + sourceOffset));
        writes.start();
        store(column, writes, plan, first, last, source, sourceOffset, fua);
        try {
            writes.finish();
        } catch (ArrayFailedException e) {
            host.torn(column.memberOffset(), column.length());
            throw e;
        }
        NoSpaceException full = writes.noSpace();
        if (full != null) {
            undo(column, writes, plan, first, last, source.address() + sourceOffset);
            throw full;
        }
        if (plan == StripePlan.RECONSTRUCT_WRITE) {
            host.agrees(column.memberOffset(), column.length());
        }
    }

    private StripePlan choose(Column column, int first, int last) {
        if (column.allReadable()) {
            return StripePlan.choose(geometry.dataDisks(), last - first + 1, 0, 0, geometry.parityDisks(), 0,
                    geometry.parityDisks(), 0, column.consistent());
        }
        int writtenLost = 0;
        int untouchedLost = 0;
        for (int index = 0; index < geometry.dataDisks(); index++) {
            if (!column.readable(column.dataRole(index))) {
                if (index >= first && index <= last) {
                    writtenLost++;
                } else {
                    untouchedLost++;
                }
            }
        }
        int held = 0;
        int lost = 0;
        int stale = 0;
        for (int k = 0; k < geometry.parityDisks(); k++) {
            int role = k == 0 ? column.pRole() : column.qRole();
            boolean readable = column.readable(role);
            held += column.held(role) ? 1 : 0;
            lost += readable ? 0 : 1;
            stale += column.held(role) && !readable ? 1 : 0;
        }
        return StripePlan.choose(geometry.dataDisks(), last - first + 1, writtenLost, untouchedLost,
                geometry.parityDisks(), lost, held, stale, column.consistent());
    }

    /** Reads and computes what the plan needs. False if a read failed: the plan must be chosen anew without it. */
    private boolean prepare(Column column, StripePlan plan, int first, int last, long newData) throws IOException {
        switch (plan) {
            case READ_MODIFY_WRITE -> {
                return modify(column, first, last, newData);
            }
            case RESTORE_AND_WRITE -> {
                if (!column.restoreData()) {
                    return false;
                }
                column.mendData();
            }
            case RECONSTRUCT_WRITE -> {
                for (int index = 0; index < geometry.dataDisks(); index++) {
                    if ((index < first || index > last) && !column.load(column.dataRole(index))) {
                        return false;
                    }
                }
            }
            case WITHOUT_PARITY -> {
                giveUpParity(column, first, last);
                return true;
            }
        }
        column.pointAtTiles();
        for (int index = first; index <= last; index++) {
            column.pointAt(index, newData + (index - first) * geometry.chunkBytes());
        }
        column.generate();
        return true;
    }

    private boolean modify(Column column, int first, int last, long newData) {
        boolean p = column.held(column.pRole());
        boolean q = column.held(column.qRole());
        if (!p && !q) {
            return true;
        }
        if (p && !column.loadBeforeWrite(column.pRole()) || q && !column.loadBeforeWrite(column.qRole())) {
            return false;
        }
        for (int index = first; index <= last; index++) {
            if (!column.loadBeforeWrite(column.dataRole(index))) {
                return false;
            }
        }
        for (int index = first; index <= last; index++) {
            column.update(index, column.address(column.dataRole(index)),
                    newData + (index - first) * geometry.chunkBytes());
        }
        return true;
    }

    /** A block beside this write is lost for good; what can be kept is kept, but parity says nothing any more. */
    private void giveUpParity(Column column, int first, int last) throws IOException {
        for (int index = first; index <= last; index++) {
            if (!column.held(column.dataRole(index))) {
                throw new ArrayFailedException(host.name(), "write", column.memberOffset(), column.length(),
                        "no member holds this block and its stripe cannot be computed");
            }
        }
        host.torn(column.memberOffset(), column.length());
    }

    private void store(
            Column column,
            MemberWrites writes,
            StripePlan plan,
            int first,
            int last,
            MemorySegment source,
            long sourceOffset,
            boolean fua) {
        RoleTable table = column.table();
        long at = column.memberOffset();
        int length = column.length();
        for (int index = first; index <= last; index++) {
            long from = sourceOffset + (index - first) * geometry.chunkBytes();
            if (!writes.write(table, column.dataRole(index), at, source, from, length, fua)) {
                return;
            }
        }
        if (plan == StripePlan.WITHOUT_PARITY) {
            return;
        }
        int p = column.pRole();
        int q = column.qRole();
        if (writes.write(table, p, at, column.memory(), column.slot(p), length, fua) && q >= 0) {
            writes.write(table, q, at, column.memory(), column.slot(q), length, fua);
        }
    }

    /**
     * Puts old content back where new content was written before a disk turned out to be full. Blocks that were written
     * whole have their space; the one that found the disk full may be changed in part, and is looked at first.
     */
    private void undo(Column column, MemberWrites writes, StripePlan plan, int first, int last, long newData) {
        long touched = writes.touchedRoles();
        if (plan == StripePlan.READ_MODIFY_WRITE && (column.held(column.pRole()) || column.held(column.qRole()))) {
            for (int index = first; index <= last; index++) {
                column.update(index, newData + (index - first) * geometry.chunkBytes(),
                        column.address(column.dataRole(index)));
            }
        } else if (plan == StripePlan.RESTORE_AND_WRITE) {
            column.pointAtTiles();
            column.generate();
        } else {
            host.torn(column.memberOffset(), column.length());
            return;
        }
        try {
            for (int role = 0; role < geometry.raidDisks(); role++) {
                if ((touched & 1L << role) != 0 && !column.holdsTile(role)) {
                    column.table().member(role).write(
                            column.memberOffset(), column.memory(), column.slot(role), column.length(), false);
                }
            }
        } catch (IOException _) {
            host.torn(column.memberOffset(), column.length());
        }
    }
}
