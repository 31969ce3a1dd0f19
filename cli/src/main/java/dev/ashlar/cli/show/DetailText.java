package dev.ashlar.cli.show;

import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.SyncAction;

/** One array in full, with the labels that {@code mdadm --detail} has for the same things. */
public final class DetailText {
    private DetailText() {}

    /** Ends with a line end. */
    public static String of(ArrayStatus status) {
        StringBuilder text = new StringBuilder(Printable.of(status.name())).append(":\n");
        field(text, "Version", status.metadata());
        field(text, "Raid Level", status.level());
        field(text, "Array Size", size(status.arrayBytes()));
        if (status.componentBytes() > 0) {
            field(text, "Used Dev Size", size(status.componentBytes()));
        }
        field(text, "Raid Devices", status.raidDisks());
        field(text, "State", StateWords.of(status));
        field(text, "Active Devices", status.raidDisks() - status.degradedDisks());
        field(text, "Failed Devices", count(status, MemberState.FAULTY));
        field(text, "Spare Devices", count(status, MemberState.SPARE));
        if (!status.layoutName().isEmpty()) {
            field(text, "Layout", status.layoutName());
        }
        if (status.chunkBytes() > 0) {
            field(text, "Chunk Size", Sizes.format(status.chunkBytes()));
        }
        field(text, "Consistency Policy", status.policy().word());
        if (status.totalRegions() >= 0) {
            field(text, "Bitmap", status.dirtyRegions() + " of " + status.totalRegions() + " regions dirty");
        }
        if (status.progress().action() != SyncAction.IDLE) {
            field(text, "Running", ProgressLine.of(status.progress()));
        }
        field(text, "Mismatches", status.mismatchSectors() < 0 ? "not checked since it was opened"
                : status.mismatchSectors() + " sectors at the last check");
        field(text, "UUID", Patterns.md(status.uuid()));
        field(text, "Events", status.events());
        status.warnings().forEach(warning -> field(text, "Warning", warning));
        members(text, status);
        return text.toString();
    }

    private static void members(StringBuilder text, ArrayStatus status) {
        text.append("\n    Number   Role   State        Member\n");
        for (MemberStatus member : status.members()) {
            text.append(String.format(
                    "    %6s   %4s   %-10s   %s%n",
                    member.devNumber() < 0 ? "-" : member.devNumber(),
                    member.role() < 0 ? "-" : member.role(),
                    member.state() == null ? "missing" : member.state().word(),
                    remarks(member)));
        }
    }

    private static String remarks(MemberStatus member) {
        StringBuilder text = new StringBuilder(member.name());
        if (member.state() == MemberState.RECOVERING) {
            text.append("  ").append(Sizes.format(member.recoveredBytes())).append(" rebuilt");
        }
        if (member.readErrors() + member.writeErrors() > 0) {
            text.append("  ").append(member.readErrors()).append(" read and ").append(member.writeErrors())
                    .append(" write errors");
        }
        if (member.badSectors() > 0) {
            text.append("  ").append(member.badSectors()).append(" bad sectors");
        }
        if (!member.reason().isEmpty()) {
            text.append("  (").append(member.reason()).append(')');
        }
        return text.toString();
    }

    private static long count(ArrayStatus status, MemberState state) {
        return status.members().stream().filter(member -> member.state() == state).count();
    }

    private static String size(long bytes) {
        return bytes + " (" + Sizes.format(bytes) + ")";
    }

    private static void field(StringBuilder text, String label, Object value) {
        text.append(String.format("%20s : %s%n", label, value));
    }
}
