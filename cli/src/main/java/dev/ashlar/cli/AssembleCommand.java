package dev.ashlar.cli;

import dev.ashlar.cli.control.Endpoint;
import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.members.FoundArray;
import dev.ashlar.cli.members.MemberScan;
import dev.ashlar.cli.members.Verdict;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.Patterns;
import dev.ashlar.cli.show.Printable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ashlar assemble --scan}: which arrays the members in a directory make up, and how each would start. */
@Command(
        name = "assemble",
        description = "Sorts the members in DIR into arrays, says for each whether and how it would start, and with "
                + "which command. Starts nothing and writes nothing.")
final class AssembleCommand extends Verb {
    @Option(names = "--scan", required = true, paramLabel = "DIR", description = "Where the members lie.")
    private Path directory;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        List<Verdict> verdicts = new ArrayList<>();
        List<FoundArray> arrays = MemberScan.directory(directory);
        boolean allSeen = MemberScan.unreadable(directory).isEmpty();
        for (FoundArray array : arrays) {
            verdicts.add(Verdict.of(array, allSeen));
        }
        List<Endpoint> served = RunDirectory.of(System.getenv()).endpoints();
        if (json) {
            printJson(Map.of("arrays", verdicts.stream().map(verdict -> toJson(verdict, served)).toList()));
        } else if (verdicts.isEmpty()) {
            out().println("no member of any array in " + directory);
        } else {
            verdicts.forEach(verdict -> print(verdict, served));
        }
        return verdicts.stream().mapToInt(AssembleCommand::exitCode).max().orElse(ExitCode.OK);
    }

    private void print(Verdict verdict, List<Endpoint> served) {
        FoundArray array = verdict.array();
        out().println(Printable.of(array.name()) + ": " + verdict.level() + " of " + verdict.raidDisks() + ", "
                + Patterns.md(array.uuid()) + ", " + array.members().size() + " members here");
        out().println("    " + verdict.sentence());
        verdict.warnings().forEach(warning -> out().println("    note: " + warning));
        served.stream().filter(endpoint -> endpoint.array().equals(array.uuid())).forEach(endpoint ->
                out().println("    served now by process " + endpoint.pid()));
        if (!verdict.options().isEmpty() || verdict.starts()) {
            out().println("    " + command(verdict));
        }
    }

    private static String command(Verdict verdict) {
        return "ashlar serve " + verdict.options() + verdict.array().paths().stream().map(Shell::quote)
                .collect(Collectors.joining(" "));
    }

    private static Map<String, Object> toJson(Verdict verdict, List<Endpoint> served) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", verdict.array().name());
        map.put("uuid", verdict.array().uuid());
        map.put("level", verdict.level().toString());
        map.put("raid_disks", verdict.raidDisks());
        map.put("missing_disks", verdict.missing());
        map.put("dirty", verdict.dirty());
        map.put("members", verdict.array().paths());
        map.put("starts", verdict.starts());
        map.put("verdict", verdict.sentence());
        map.put("warnings", verdict.warnings());
        map.put("command", verdict.starts() || !verdict.options().isEmpty() ? command(verdict) : null);
        map.put("served", served.stream().anyMatch(endpoint -> endpoint.array().equals(verdict.array().uuid())));
        return map;
    }

    private static int exitCode(Verdict verdict) {
        if (!verdict.starts()) {
            return ExitCode.REFUSED;
        }
        return verdict.missing() > 0 ? ExitCode.DEGRADED : ExitCode.OK;
    }
}
