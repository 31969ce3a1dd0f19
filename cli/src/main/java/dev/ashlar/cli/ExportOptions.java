package dev.ashlar.cli;

import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.nbd.AddressRange;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.TakeoverRule;
import java.util.List;
import picocli.CommandLine.Option;

/** The flags of {@code ashlar export}; the keys of {@code [[export]]} are named like them. */
final class ExportOptions {
    @Option(names = "--description", paramLabel = "TEXT", description = "A line for people.")
    private String description = "";

    @Option(names = "--read-only", description = "Clients may only read.")
    private boolean readOnly;

    @Option(names = "--tls", description = "Only for encrypted connections.")
    private boolean tls;

    @Option(
            names = "--allow",
            paramLabel = "ADDRESS",
            split = ",",
            description = "Only for TCP clients from this address or range, such as 192.0.2.0/24; may be given several "
                    + "times.")
    private List<String> addresses = List.of();

    @Option(
            names = "--allow-uid",
            paramLabel = "UID",
            split = ",",
            description = "Only for processes of this user over Unix sockets; may be given several times.")
    private List<String> uids = List.of();

    @Option(
            names = "--allow-identity",
            paramLabel = "IDENTITY",
            description = "Only for clients whose certificate or key says this, such as CN=backup; may be given "
                    + "several times.")
    private List<String> identities = List.of();

    @Option(
            names = "--rate",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "Bytes per second of all its clients together, such as 100M.")
    private long rate;

    @Option(
            names = "--iops",
            paramLabel = "N",
            converter = SizeConverter.class,
            description = "Requests per second of all its clients together.")
    private long iops;

    @Option(names = "--rotational", description = "Tell clients that it is a turning disk.")
    private boolean rotational;

    @Option(
            names = "--takeover",
            paramLabel = "RULE",
            description = "When a client connects again: 'wait' (default) for what its older connections have brought, "
                    + "or 'newest', which cuts them off.")
    private String takeover = TakeoverRule.WAIT.toString();

    @Option(
            names = "--cow",
            description = "Every connection changes a copy of its own, which ends with it; the array stays as it is.")
    private boolean cow;

    /** @throws IllegalArgumentException if a value is wrong */
    ExportSetting setting(String name) {
        PeerRules rules = new PeerRules(
                tls,
                addresses.stream().map(AddressRange::parse).toList(),
                uids.stream().map(ExportSetting::parseUid).toList(),
                identities.stream().map(ExportSetting::parseIdentity).toList());
        return new ExportSetting(
                name,
                description,
                readOnly,
                rules,
                new RateLimits(rate, iops),
                rotational,
                TakeoverRule.parse(takeover),
                cow);
    }
}
