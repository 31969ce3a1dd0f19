package dev.ashlar.cli.show;

import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.show.ArrayPicture.Client;
import dev.ashlar.cli.show.ArrayPicture.Exported;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.TakeoverRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Exports, clients and marks of an array in words. */
public final class ServedText {
    private ServedText() {}

    /** A URI of an export, and behind it what clients meet there. */
    static String line(Exported export, String uri) {
        List<String> remarks = remarks(export.setting(), uri.matches("nbds?://.*"));
        return remarks.isEmpty() ? uri : uri + " (" + Printable.of(String.join(", ", remarks)) + ")";
    }

    /** @param tcp whether clients come by an address, which rules about those bind, or else as a user */
    private static List<String> remarks(ExportSetting setting, boolean tcp) {
        PeerRules rules = setting.rules();
        List<String> remarks = new ArrayList<>();
        if (setting.readOnly()) {
            remarks.add("read-only");
        }
        if (setting.cow()) {
            remarks.add("copy-on-write");
        }
        if (rules.requireTls()) {
            remarks.add("TLS");
        }
        if (tcp) {
            rules.addresses().forEach(range -> remarks.add("from " + range));
        } else {
            rules.uids().forEach(uid -> remarks.add("uid " + Integer.toUnsignedString(uid)));
        }
        remarks.addAll(rules.identities());
        if (setting.rates().bytesPerSecond() > 0) {
            remarks.add(Sizes.format(setting.rates().bytesPerSecond()) + "/s");
        }
        if (setting.rates().operationsPerSecond() > 0) {
            remarks.add(setting.rates().operationsPerSecond() + " requests/s");
        }
        if (setting.rotational()) {
            remarks.add("rotational");
        }
        if (setting.takeover() == TakeoverRule.NEWEST) {
            remarks.add("newest connection only");
        }
        return remarks;
    }

    /** One client in a line. */
    static String line(Client client) {
        StringBuilder text = new StringBuilder("client ").append(Printable.of(client.peer()));
        if (!client.identity().isEmpty()) {
            text.append(" as ").append(Printable.of(client.identity()));
        }
        text.append(" of ").append(Printable.name(client.export()));
        text.append(client.encrypted() ? " by TLS" : "");
        text.append(" for ").append(Durations.age(Duration.ofSeconds(client.seconds()))).append(": ");
        text.append(client.requests()).append(" requests");
        if (client.errors() > 0) {
            text.append(", ").append(client.errors()).append(" errors");
        }
        text.append(", ").append(Sizes.format(client.readBytes())).append(" read, ");
        text.append(Sizes.format(client.writtenBytes())).append(" written");
        if (client.inFlight() > 0) {
            text.append(", ").append(client.inFlight()).append(" in flight");
        }
        return text.toString();
    }

    /** What {@code detail} shows below the members; empty for an array that nobody serves. */
    public static String detail(ArrayPicture picture) {
        StringBuilder text = new StringBuilder();
        for (Exported export : picture.exports()) {
            String description = export.setting().description();
            text.append("\n    Export ").append(Printable.name(export.setting().name()));
            text.append(description.isEmpty() ? "" : ": " + Printable.of(description)).append('\n');
            export.uris().forEach(uri -> text.append("        Served at ").append(line(export, uri)).append('\n'));
        }
        if (!picture.clients().isEmpty()) {
            text.append("\n    Clients\n");
            picture.clients().forEach(client ->
                    text.append("        ").append(line(client).substring("client ".length())).append('\n'));
        }
        if (!picture.marks().isEmpty()) {
            text.append("\n    Marks\n");
            picture.marks().forEach(mark -> text.append("        ").append(mark.name()).append(": ")
                    .append(Sizes.format(mark.changedBytes())).append(" changed since\n"));
        }
        return text.toString();
    }
}
