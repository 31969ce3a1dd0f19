package dev.ashlar.cli;

import dev.ashlar.cli.members.FoundMember;
import dev.ashlar.cli.members.MemberScan;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.result.Failures;
import dev.ashlar.raid.superblock.ExamineText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ashlar examine}: what the superblocks of members say. */
@Command(
        name = "examine",
        description = "Shows the superblocks of members in the words of mdadm --examine; takes no lock.")
final class ExamineCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "MEMBER", description = "Images or devices.")
    private List<Path> members;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** A member that cannot be read does not keep the others from being shown. */
    @Override
    public Integer call() {
        int exitCode = ExitCode.OK;
        List<Map<String, Object>> facts = new ArrayList<>();
        for (Path member : members) {
            try {
                FoundMember found = MemberScan.read(member);
                if (json) {
                    facts.add(facts(member, found));
                } else {
                    out().print(ExamineText.describe(member.toString(), found.superblock(), ZoneId.systemDefault()));
                }
            } catch (IOException e) {
                err().println("ashlar examine: " + Failures.sentence(e));
                exitCode = Math.max(exitCode, Failures.exitCode(e));
            }
        }
        if (json) {
            printJson(Map.of("members", facts));
        }
        return exitCode;
    }

    private static Map<String, Object> facts(Path member, FoundMember found) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("path", member);
        facts.putAll(ExamineText.facts(found.superblock()));
        return facts;
    }
}
