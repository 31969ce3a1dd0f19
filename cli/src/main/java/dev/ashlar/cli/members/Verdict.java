package dev.ashlar.cli.members;

import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.superblock.Assembler;
import dev.ashlar.raid.superblock.Assembly;
import dev.ashlar.raid.superblock.Cause;
import java.util.List;

/**
 * Whether and how an array would start. Read from superblocks alone; opening may still find more.
 *
 * @param array its members as found
 * @param starts whether it starts writable without any option
 * @param missing roles without a current member
 * @param dirty whether a resync would follow
 * @param options what must be said to start it otherwise, with a blank behind it; empty when nothing helps or is needed
 * @param sentence all that in words
 * @param warnings what the owner should know
 */
public record Verdict(
        FoundArray array,
        boolean starts,
        int missing,
        boolean dirty,
        String options,
        String sentence,
        List<String> warnings) {

    private static final List<Way> OTHER_WAYS = List.of(
            new Way("--run ", new OpenOptions(false, false, true)),
            new Way("--read-only ", OpenOptions.READ_ONLY),
            new Way("--force ", new OpenOptions(false, true, false)),
            new Way("--read-only --force ", new OpenOptions(true, true, false)));

    private record Way(String flags, OpenOptions options) {}

    /**
     * The verdict on what was found.
     *
     * @param allSeen whether everything could be read that may be a member; if not, what seems absent may well be
     *     there, and nothing is proposed that starts without it
     */
    public static Verdict of(FoundArray array, boolean allSeen) {
        try {
            Assembly assembly = assemble(array, OpenOptions.WRITABLE);
            assembly.requireOpenable(OpenOptions.WRITABLE);
            return new Verdict(
                    array, true, assembly.missing(), assembly.dirty(), "", sentence(assembly), assembly.warnings());
        } catch (ArrayRefusedException e) {
            String options = OTHER_WAYS.stream()
                    .filter(way -> allSeen || way.options().equals(OpenOptions.READ_ONLY))
                    .filter(way -> opens(array, way.options()))
                    .map(Way::flags)
                    .findFirst()
                    .orElse("");
            String sentence = "would not start: " + sentence(e.getMessage(), allSeen);
            return new Verdict(array, false, 0, false, options, sentence, List.of());
        }
    }

    private static String sentence(String refusal, boolean allSeen) {
        return allSeen ? refusal : refusal.replaceAll("; --(run|force) opens it all the same", "")
                + "; not everything here could be read";
    }

    private static Assembly assemble(FoundArray array, OpenOptions options) throws ArrayRefusedException {
        return Assembler.assemble(array.members().stream().map(FoundMember::candidate).toList(), options);
    }

    /** With too many members missing, what force shows is holes; nobody is led to that. */
    private static boolean opens(FoundArray array, OpenOptions options) {
        try {
            Assembly assembly = assemble(array, options);
            assembly.requireOpenable(options);
            return !assembly.has(Cause.TOO_MANY_MISSING);
        } catch (ArrayRefusedException _) {
            return false;
        }
    }

    private static String sentence(Assembly assembly) {
        String how = assembly.missing() == 0 ? "complete" : "degraded, " + assembly.missing() + " missing";
        return "would start " + how + (assembly.dirty() ? ", then resync" : "");
    }

    /** The array's level. */
    public RaidLevel level() {
        return array.newest().array().level();
    }

    /** How many roles it has. */
    public int raidDisks() {
        return array.newest().array().raidDisks();
    }
}
