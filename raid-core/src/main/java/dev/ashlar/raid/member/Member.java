package dev.ashlar.raid.member;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.superblock.MemberFields;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One device of an array, in the role it has now.
 *
 * <p>Offsets of {@link #read}, {@link #write} and {@link #writeZeroes} are component bytes: from the start of the data
 * area, never before it and never behind it. A member decides nothing: it passes failures up, and the array, under its
 * state lock, changes what the member is. I/O may come from any thread.
 *
 * <p>Invariants: {@link #recoveredBytes} only grows while the member is recovering; content at or above it is no source
 * of data. A faulty member never becomes anything else under this object.
 */
public final class Member {
    private final String name;
    private final BlockDevice device;
    private final BadBlocks badBlocks;
    private final long dataStartBytes;
    private final long dataBytes;
    private final AtomicInteger readErrors = new AtomicInteger();
    private final AtomicInteger writeErrors = new AtomicInteger();
    private final AtomicLong recoveredBytes = new AtomicLong();

    private volatile MemberFields fields;
    private volatile MemberState state;
    private volatile int role;
    private volatile boolean recoverByBitmap;
    private volatile String reason = "";

    /**
     * @param name the path its owner knows
     * @param device holds the bytes; closed by {@link #close}
     * @param fields the member's own part of its superblock
     * @param role the role it holds, -1 for none
     */
    public Member(
            String name, BlockDevice device, MemberFields fields, BadBlocks badBlocks, MemberState state, int role) {
        this.name = Objects.requireNonNull(name);
        this.device = Objects.requireNonNull(device);
        this.fields = Objects.requireNonNull(fields);
        this.badBlocks = Objects.requireNonNull(badBlocks);
        this.state = Objects.requireNonNull(state);
        this.role = role;
        this.dataStartBytes = fields.dataOffset() * 512;
        this.dataBytes = fields.dataSize() * 512;
        recoveredBytes.set(state == MemberState.RECOVERING ? fields.recoveryOffset() * 512 : 0);
    }

    /** The path its owner knows. */
    public String name() {
        return name;
    }

    /** The whole device, for superblock, bitmap and logs. */
    public BlockDevice device() {
        return device;
    }

    /** The member's own part of its superblock. */
    public MemberFields fields() {
        return fields;
    }

    /** Replaces the member's part of its superblock; what is on disk follows at the next superblock update. */
    public void fields(MemberFields changed) {
        fields = changed;
    }

    /** What it is to the array. */
    public MemberState state() {
        return state;
    }

    /** The role it holds, or held before it failed; -1 for none. */
    public int role() {
        return role;
    }

    /** Why it is faulty or stale; "" otherwise. */
    public String reason() {
        return reason;
    }

    /** The ranges that must not be read. */
    public BadBlocks badBlocks() {
        return badBlocks;
    }

    /** Reads that failed. */
    public int readErrors() {
        return readErrors.get();
    }

    /** Counts a read that failed, and returns how many there were with it. */
    public int countReadError() {
        return readErrors.incrementAndGet();
    }

    /** Writes and flushes that failed. */
    public int writeErrors() {
        return writeErrors.get();
    }

    /** Counts a failed write or flush. */
    public void countWriteError() {
        writeErrors.incrementAndGet();
    }

    /** Component bytes that are rebuilt, while recovering. */
    public long recoveredBytes() {
        return recoveredBytes.get();
    }

    /** Whether the rebuild copies only what the bitmap marks (a re-add). */
    public boolean recoverByBitmap() {
        return recoverByBitmap;
    }

    /** Everything below {@code componentBytes} is rebuilt. Never goes back. */
    public void recoveredTo(long componentBytes) {
        recoveredBytes.accumulateAndGet(componentBytes, Math::max);
    }

    /** Takes a role and is rebuilt from the start. */
    public void startRecovery(int newRole, boolean byBitmap) {
        role = newRole;
        recoveredBytes.set(0);
        recoverByBitmap = byBitmap;
        state = MemberState.RECOVERING;
    }

    /** The rebuild is complete. */
    public void recovered() {
        recoverByBitmap = false;
        state = MemberState.IN_SYNC;
    }

    /** Is not used any more. */
    public void fail(String why) {
        reason = why;
        state = MemberState.FAULTY;
    }

    /** Whether the range can be read from here as its role's content. */
    public boolean readable(long offsetBytes, long lengthBytes) {
        MemberState now = state;
        if (now != MemberState.IN_SYNC
                && (now != MemberState.RECOVERING || recoveredBytes.get() < offsetBytes + lengthBytes)) {
            return false;
        }
        return !badAt(offsetBytes, lengthBytes);
    }

    /** The first component byte after this one at which {@link #readable} may change; {@link Long#MAX_VALUE} for none. */
    public long nextChange(long offsetBytes) {
        long bad = badBlocks.nextBound((dataStartBytes + offsetBytes) / 512);
        long next = bad == Long.MAX_VALUE ? bad : bad * 512 - dataStartBytes;
        long recovered = state == MemberState.RECOVERING ? recoveredBytes.get() : 0;
        return recovered > offsetBytes ? Math.min(next, recovered) : next;
    }

    /** Whether a bad-block entry covers part of the range. */
    public boolean badAt(long offsetBytes, long lengthBytes) {
        if (badBlocks.isEmpty()) {
            return false;
        }
        long first = deviceSector(offsetBytes);
        return badBlocks.overlaps(first, deviceSector(offsetBytes + lengthBytes + 511) - first);
    }

    /** The device sector that holds a component byte. */
    public long deviceSector(long offsetBytes) {
        return (dataStartBytes + offsetBytes) / 512;
    }

    /** Reads component bytes; see {@link BlockDevice#read}. */
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        checkInside(offsetBytes, lengthBytes);
        device.read(dataStartBytes + offsetBytes, target, targetOffset, lengthBytes);
    }

    /** Reads component bytes that are about to be written; see {@link BlockDevice#readBeforeWrite}. */
    public void readBeforeWrite(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes)
            throws IOException {
        checkInside(offsetBytes, lengthBytes);
        device.readBeforeWrite(dataStartBytes + offsetBytes, target, targetOffset, lengthBytes);
    }

    /** Writes component bytes; see {@link BlockDevice#write}. */
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        checkInside(offsetBytes, lengthBytes);
        device.write(dataStartBytes + offsetBytes, source, sourceOffset, lengthBytes, fua);
    }

    /** Zeroes component bytes; see {@link BlockDevice#writeZeroes}. */
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        checkInside(offsetBytes, lengthBytes);
        device.writeZeroes(dataStartBytes + offsetBytes, lengthBytes, mayUnmap, fua);
    }

    /** Bytes of the data area. */
    public long dataBytes() {
        return dataBytes;
    }

    /** Tells where component bytes are allocated; see {@link BlockDevice#extents}. */
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        checkInside(offsetBytes, lengthBytes);
        device.extents(dataStartBytes + offsetBytes, lengthBytes, visitor);
    }

    /** Whether component bytes are a hole; see {@link BlockDevice#isHole}. */
    public boolean isHole(long offsetBytes, long lengthBytes) throws IOException {
        checkInside(offsetBytes, lengthBytes);
        return device.isHole(dataStartBytes + offsetBytes, lengthBytes);
    }

    /** Whether zeroing component bytes is fast; see {@link BlockDevice#zeroesFast}. */
    public boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        checkInside(offsetBytes, lengthBytes);
        return device.zeroesFast(dataStartBytes + offsetBytes, lengthBytes, mayUnmap);
    }

    /** Component bytes will be read soon; see {@link BlockDevice#prefetch}. */
    public void prefetch(long offsetBytes, long lengthBytes) {
        checkInside(offsetBytes, lengthBytes);
        device.prefetch(dataStartBytes + offsetBytes, lengthBytes);
    }

    /** Makes a later read of the range ask the medium. */
    public void evictCached(long offsetBytes, long lengthBytes) {
        device.evictCached(dataStartBytes + offsetBytes, lengthBytes);
    }

    /** Makes all writes durable; see {@link BlockDevice#flush}. */
    public void flush() throws IOException {
        device.flush();
    }

    /** Whether the device still has the size it was opened with. What it had lost would stay lost if it grew again. */
    public boolean sizeKept() {
        try {
            device.checkSize();
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** Releases the device. */
    public void close() throws IOException {
        device.close();
    }

    /** Any I/O failure of this member as one that names it. */
    public DeviceException describe(String operation, long offsetBytes, long lengthBytes, IOException cause) {
        if (cause instanceof DeviceException known) {
            return known;
        }
        DeviceException wrapped =
                new DeviceException(name, operation, offsetBytes, lengthBytes, String.valueOf(cause.getMessage()));
        wrapped.initCause(cause);
        return wrapped;
    }

    /** A write outside the data area would destroy metadata, so this check stays on whatever it costs. */
    private void checkInside(long offsetBytes, long lengthBytes) {
        if (offsetBytes < 0 || lengthBytes < 0 || offsetBytes > dataBytes - lengthBytes) {
            throw new IndexOutOfBoundsException("member=" + name + " offsetBytes=" + offsetBytes + " lengthBytes="
                    + lengthBytes + " dataBytes=" + dataBytes);
        }
    }

    @Override
    public String toString() {
        return name + "[role=" + role + " " + state.word() + "]";
    }
}
