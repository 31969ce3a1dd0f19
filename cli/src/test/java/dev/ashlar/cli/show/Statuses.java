package dev.ashlar.cli.show;

import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.show.ArrayPicture.Client;
import dev.ashlar.cli.show.ArrayPicture.Exported;
import dev.ashlar.cli.show.ArrayPicture.Mark;
import dev.ashlar.nbd.AddressRange;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.TakeoverRule;
import dev.ashlar.raid.ArrayState;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.SyncProgress;
import java.util.List;
import java.util.UUID;

/** Array statuses to show. */
public final class Statuses {
    /** The set UUID of all of them. */
    public static final UUID ARRAY = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");

    private Statuses() {}

    /** A RAID 6 of four with one role rebuilding, one empty, and a faulty member left. */
    public static ArrayStatus degraded() {
        return new ArrayStatus(
                "host:data", ARRAY, RaidLevel.RAID6, "left-symmetric", "1.2", 4, 512 << 10, 100 << 20, 200 << 20,
                ConsistencyPolicy.BITMAP, ArrayState.ACTIVE, true, 2, 4711, 8,
                new SyncProgress(SyncAction.RECOVER, 25 << 20, 100 << 20, 5 << 20, 15),
                List.of(
                        member("/d/m0", 0, 0, MemberState.IN_SYNC, 0, ""),
                        member("/d/m5", 1, 5, MemberState.RECOVERING, 25 << 20, ""),
                        new MemberStatus("", 2, -1, null, null, 0, 0, 0, 0, ""),
                        member("/d/m3", 3, 3, MemberState.IN_SYNC, 0, ""),
                        member("/d/m2", 2, 2, MemberState.FAULTY, 0, "write failed: No space")),
                3, 16, List.of("a sentence"));
    }

    /** A RAID 1 of two with nothing to tell. */
    public static ArrayStatus clean() {
        return new ArrayStatus(
                "mirror", ARRAY, RaidLevel.RAID1, "", "1.2", 2, 0, 100 << 20, 100 << 20, ConsistencyPolicy.RESYNC,
                ArrayState.CLEAN, false, 0, 17, 0, SyncProgress.NONE,
                List.of(
                        member("/d/m0", 0, 0, MemberState.IN_SYNC, 0, ""),
                        member("/d/m1", 1, 1, MemberState.IN_SYNC, 0, "")),
                -1, -1, List.of());
    }

    /** {@link #degraded()} under two names, with a client of each. */
    public static ArrayPicture served() {
        PeerRules rules = new PeerRules(
                true, List.of(AddressRange.parse("192.0.2.0/24")), List.of(1000, 7), List.of("CN=backup"));
        return new ArrayPicture(
                degraded(),
                false,
                List.of(
                        new Exported(ExportSetting.named("data"), List.of("nbd://127.0.0.1:10809/data")),
                        new Exported(
                                new ExportSetting("old", "kept", true, rules, new RateLimits(1 << 20, 50), true,
                                        TakeoverRule.NEWEST, false),
                                List.of("nbds://127.0.0.1:10809/old", "nbds+unix:///old?socket=/s"))),
                List.of(
                        new Client(3, "127.0.0.1:4711", "", "data", false, 7, 20, 0, 4096, 0, 0),
                        new Client(5, "192.0.2.7:1", "CN=backup", "old", true, 180, 9, 2, 1 << 20, 0, 4)),
                List.of(new Mark("monday", 128 << 10)));
    }

    private static MemberStatus member(
            String name, int role, int devNumber, MemberState state, long recoveredBytes, String reason) {
        return new MemberStatus(name, role, devNumber, new UUID(1, devNumber), state, recoveredBytes, 0, 1, 0, reason);
    }
}
