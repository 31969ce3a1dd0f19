package dev.ashlar.raid.engine;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.DeviceShrunkException;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.raid.member.Member;
import dev.ashlar.raid.parity.Parity;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The same range of bytes of every chunk of one stripe, and a native tile for each of its blocks: the working set of
 * whatever computes parity. Used by one thread, which holds the stripe's lock.
 *
 * <p>Kernels compute in these tiles and nowhere else: a vector kernel that reads a faulting file mapping would end the
 * process.
 */
final class Column {
    /** Bytes of a block worked on at once: small enough that a stripe's tiles stay in the cache. */
    static final int TILE_BYTES = 64 * 1024;

    private final ParityGeometry geometry;
    private final Parity parity;
    private final EngineHost host;
    private final MemorySegment memory;
    private final long[] blocks;
    private final DeviceException[] failures;

    private long stripe;
    /** {@code geometry.firstLike(stripe)}. */
    private long likeStripe;
    private long memberOffset;
    private int length;
    private RoleTable table;
    private long unreadable;
    private long loaded;
    private long failed;

    Column(ParityGeometry geometry, Parity parity, EngineHost host) {
        this.geometry = geometry;
        this.parity = parity;
        this.host = host;
        this.memory = Arena.ofAuto().allocate((long) (geometry.raidDisks() + 1) * TILE_BYTES, 64);
        this.blocks = new long[geometry.exponentCount()];
        this.failures = new DeviceException[geometry.raidDisks()];
    }

    /** Begins with a range of a stripe; the table is taken now. */
    void start(long stripe, long chunkOffset, int lengthBytes) {
        this.stripe = stripe;
        likeStripe = geometry.firstLike(stripe);
        memberOffset = stripe * geometry.chunkBytes() + chunkOffset;
        length = lengthBytes;
        table = host.roles();
        loaded = 0;
        if (failed != 0) {
            Arrays.fill(failures, null);
            failed = 0;
        }
        unreadable = 0;
        for (int role = 0; role < geometry.raidDisks(); role++) {
            if (!table.readable(role, memberOffset, lengthBytes)) {
                unreadable |= 1L << role;
            }
        }
    }

    long stripe() {
        return stripe;
    }

    /** Component byte of the range. */
    long memberOffset() {
        return memberOffset;
    }

    int length() {
        return length;
    }

    RoleTable table() {
        return table;
    }

    MemorySegment memory() {
        return memory;
    }

    /** Where a role's tile is in {@link #memory}. */
    long slot(int role) {
        return (long) role * TILE_BYTES;
    }

    /** A tile that belongs to no role. */
    long spareSlot() {
        return slot(geometry.raidDisks());
    }

    long address(int role) {
        return memory.address() + slot(role);
    }

    int pRole() {
        return geometry.pRole(likeStripe);
    }

    /** -1 without Q. */
    int qRole() {
        return geometry.qRole(likeStripe);
    }

    int dataRole(int index) {
        return geometry.dataRole(likeStripe, index);
    }

    boolean readable(int role) {
        return (unreadable & 1L << role) == 0;
    }

    /** Whether every role can be read. */
    boolean allReadable() {
        return unreadable == 0;
    }

    /** Whether parity may be used to compute what is lost. */
    boolean consistent() {
        return host.consistent(memberOffset, length);
    }

    /** Whether the role has a member that takes writes. */
    boolean held(int role) {
        return role >= 0 && table.member(role) != null;
    }

    /** Brings a role's block into its tile. False if it cannot be read, which is remembered. */
    boolean load(int role) {
        return load(role, false);
    }

    /** As {@link #load(int)}, for a block that will be written next. */
    boolean loadBeforeWrite(int role) {
        return load(role, true);
    }

    private boolean load(int role, boolean beforeWrite) {
        long bit = 1L << role;
        if ((unreadable & bit) != 0) {
            return false;
        }
        if ((loaded & bit) != 0) {
            return true;
        }
        Member member = table.member(role);
        try {
            if (beforeWrite) {
                member.readBeforeWrite(memberOffset, memory, slot(role), length);
            } else {
                member.read(memberOffset, memory, slot(role), length);
            }
            loaded |= bit;
            return true;
        } catch (IOException e) {
            member.countReadError();
            failures[role] = member.describe("read", memberOffset, length, e);
            failed |= bit;
            unreadable |= bit;
            return false;
        }
    }

    /**
     * Makes every data tile valid: reads what can be read and computes the rest from parity.
     *
     * @return false if more is lost than parity can give
     */
    boolean restoreData() {
        int firstLost = -1;
        int secondLost = -1;
        int lost = 0;
        for (int index = 0; index < geometry.dataDisks(); index++) {
            if (!load(dataRole(index))) {
                secondLost = firstLost;
                firstLost = index;
                lost++;
            }
        }
        if (lost == 0) {
            return true;
        }
        if (lost > geometry.parityDisks() || !consistent()) {
            return false;
        }
        int q = qRole();
        pointAtTiles();
        if (lost == 1) {
            int exponent = geometry.exponent(likeStripe, firstLost);
            if (load(pRole())) {
                parity.recover(blocks, blocks.length, address(pRole()), 0, exponent, Parity.NONE, length);
                return true;
            }
            if (q < 0 || !load(q)) {
                return false;
            }
            parity.recover(blocks, blocks.length, address(pRole()), address(q), exponent, Parity.P, length);
            return true;
        }
        if (!load(pRole()) || !load(q)) {
            return false;
        }
        parity.recover(
                blocks,
                blocks.length,
                address(pRole()),
                address(q),
                geometry.exponent(likeStripe, firstLost),
                geometry.exponent(likeStripe, secondLost),
                length);
        return true;
    }

    /** After {@link #restoreData}: writes data blocks back whose read failed here. */
    void mendData() {
        for (int index = 0; failed != 0 && index < geometry.dataDisks(); index++) {
            mend(dataRole(index));
        }
    }

    /** Takes members out of service whose storage has become smaller. */
    void reportShrunk() {
        for (int role = 0; failed != 0 && role < failures.length; role++) {
            if (failures[role] instanceof DeviceShrunkException shrunk) {
                host.memberFailedIfBearable(table.member(role), shrunk);
            }
        }
    }

    /** Writes the role's tile back if its read failed here. The tile must hold the right content. */
    void mend(int role) {
        if ((failed & 1L << role) != 0) {
            ReadMender.mend(host, table.member(role), failures[role], memberOffset, memory, slot(role), spareSlot(),
                    length);
        }
    }

    /** Whether the role's member holds just what is in the role's tile. */
    boolean holdsTile(int role) throws IOException {
        table.member(role).read(memberOffset, memory, spareSlot(), length);
        return MemorySegment.mismatch(
                memory, slot(role), slot(role) + length, memory, spareSlot(), spareSlot() + length) < 0;
    }

    /** Lists the data tiles as the sources of parity. */
    void pointAtTiles() {
        Arrays.fill(blocks, 0);
        for (int index = 0; index < geometry.dataDisks(); index++) {
            pointAt(index, address(dataRole(index)));
        }
    }

    /** Takes the data block with this index from another place. */
    void pointAt(int index, long address) {
        blocks[geometry.exponent(likeStripe, index)] = address;
    }

    /** Computes P and Q of the listed blocks into their tiles. */
    void generate() {
        int q = qRole();
        parity.generate(blocks, blocks.length, address(pRole()), q < 0 ? 0 : address(q), length);
    }

    /**
     * How much of P and of Q fits the memory of all tiles, where nothing else is wanted of them: the more, the fewer
     * calls write it.
     */
    int wideTileBytes() {
        int tiles = geometry.raidDisks() + 1;
        return tiles / geometry.parityDisks() * TILE_BYTES;
    }

    /** Where P of {@link #generateWide} is in {@link #memory}. */
    long widePSlot() {
        return 0;
    }

    /** Where Q of {@link #generateWide} is in {@link #memory}, with a Q. */
    long wideQSlot() {
        return wideTileBytes();
    }

    /**
     * Computes P and Q, where members hold them, of data outside the tiles into the wide tiles; all other tiles are
     * spoilt.
     *
     * @param address native memory; block i begins at {@code address + i * chunk}
     */
    void generateWide(long address, int lengthBytes) {
        Arrays.fill(blocks, 0);
        for (int index = 0; index < geometry.dataDisks(); index++) {
            pointAt(index, address + index * geometry.chunkBytes());
        }
        long p = held(pRole()) ? memory.address() + widePSlot() : 0;
        long q = held(qRole()) ? memory.address() + wideQSlot() : 0;
        parity.generate(blocks, blocks.length, p, q, lengthBytes);
    }

    /** Changes the parity tiles by the difference of a data block's content; undone by the same call reversed. */
    void update(int index, long oldAddress, long newAddress) {
        int q = qRole();
        parity.update(
                oldAddress,
                newAddress,
                geometry.exponent(likeStripe, index),
                held(pRole()) ? address(pRole()) : 0,
                held(q) ? address(q) : 0,
                length);
    }

    /** Compares the parity tiles with the listed blocks, at an offset within the tiles; bit 1 P, bit 2 Q. */
    int check(int from, int lengthBytes) {
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] += blocks[i] == 0 ? 0 : from;
        }
        int q = qRole();
        int wrong = parity.check(
                blocks, blocks.length, address(pRole()) + from, q < 0 ? 0 : address(q) + from, lengthBytes);
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] -= blocks[i] == 0 ? 0 : from;
        }
        return wrong;
    }

    /** The first failed read, or null. */
    DeviceException anyFailure() {
        return failed == 0 ? null : failures[Long.numberOfTrailingZeros(failed)];
    }
}
