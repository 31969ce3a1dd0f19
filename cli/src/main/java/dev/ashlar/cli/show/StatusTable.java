package dev.ashlar.cli.show;

import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.SyncAction;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Arrays as {@code /proc/mdstat} shows them: some lines an array, the pass that runs with its speed below. */
public final class StatusTable {
    private StatusTable() {}

    /** One array; ends with a line end. */
    public static String of(ArrayPicture picture) {
        ArrayStatus status = picture.status();
        StringBuilder text = new StringBuilder();
        text.append(Printable.of(status.name()));
        text.append(" : ").append(StateWords.of(status)).append(' ').append(status.level());
        text.append(status.members().stream().filter(member -> member.state() != null).map(StatusTable::member)
                .collect(Collectors.joining(" ", " ", "\n")));
        text.append("      ").append(Sizes.format(status.arrayBytes())).append(", super ").append(status.metadata());
        if (status.chunkBytes() > 0) {
            text.append(", chunk ").append(Sizes.format(status.chunkBytes()));
        }
        if (!status.layoutName().isEmpty()) {
            text.append(", ").append(status.layoutName());
        }
        text.append(" [").append(status.raidDisks()).append('/').append(status.raidDisks() - status.degradedDisks());
        text.append("] [").append(Patterns.roles(status)).append("]\n");
        if (status.totalRegions() > 0) {
            text.append("      bitmap: ").append(status.dirtyRegions()).append('/').append(status.totalRegions())
                    .append(" regions dirty\n");
        }
        if (status.progress().action() != SyncAction.IDLE) {
            text.append("      ").append(ProgressLine.of(status.progress())).append('\n');
        }
        picture.exports().forEach(export -> export.uris().forEach(uri ->
                text.append("      ").append(ServedText.line(export, uri)).append('\n')));
        picture.clients().forEach(client -> text.append("      ").append(ServedText.line(client)).append('\n'));
        picture.marks().forEach(mark -> text.append("      mark ").append(mark.name()).append(": ")
                .append(Sizes.format(mark.changedBytes())).append(" changed since\n"));
        status.warnings().forEach(warning -> text.append("      warning: ").append(warning).append('\n'));
        return text.toString();
    }

    /** As in mdstat: file name, role in brackets, a letter for what is not in sync. */
    private static String member(MemberStatus member) {
        Path file = Path.of(member.name()).getFileName();
        String flag =
                switch (member.state()) {
                    case IN_SYNC -> "";
                    case RECOVERING -> "(R)";
                    case SPARE -> "(S)";
                    case FAULTY -> "(F)";
                    case STALE -> member.deviceUuid() == null ? "(unusable)" : "(old)";
                };
        return (file == null ? member.name() : file) + (member.role() >= 0 ? "[" + member.role() + "]" : "") + flag;
    }
}
