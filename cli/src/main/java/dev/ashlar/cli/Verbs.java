package dev.ashlar.cli;

import java.util.List;
import picocli.CommandLine;

/**
 * The verbs by name. Only the class of the verb that was asked for is loaded, since looking at the annotations of all
 * of them takes longer than most of them run.
 */
final class Verbs {
    private static final List<String> NAMES = List.of(
            "create", "serve", "up", "examine", "detail", "status", "check", "repair", "stop", "fail", "remove", "add",
            "export", "unexport", "reload", "mark", "unmark", "assemble", "parity", "demo", "bench", "test");

    private Verbs() {}

    /** Adds the verb that the arguments name, or all when they name none. */
    static void addTo(CommandLine line, String... arguments) {
        for (String argument : arguments) {
            if (NAMES.contains(argument)) {
                line.addSubcommand(argument, command(argument));
                return;
            }
            if (!argument.startsWith("-")) {
                break;
            }
        }
        NAMES.forEach(name -> line.addSubcommand(name, command(name)));
    }

    private static Object command(String name) {
        return switch (name) {
            case "create" -> new CreateCommand();
            case "serve" -> new ServeCommand();
            case "up" -> new UpCommand();
            case "examine" -> new ExamineCommand();
            case "detail" -> new DetailCommand();
            case "status" -> new StatusCommand();
            case "check" -> new CheckCommand();
            case "repair" -> new RepairCommand();
            case "stop" -> new StopCommand();
            case "fail" -> new FailCommand();
            case "remove" -> new RemoveCommand();
            case "add" -> new AddCommand();
            case "export" -> new ExportCommand();
            case "unexport" -> new UnexportCommand();
            case "reload" -> new ReloadCommand();
            case "mark" -> new MarkCommand();
            case "unmark" -> new UnmarkCommand();
            case "assemble" -> new AssembleCommand();
            case "parity" -> new ParityCommand();
            case "demo" -> new DemoCommand();
            case "bench" -> new BenchCommand();
            case "test" -> new TestCommand();
            default -> throw new IllegalArgumentException("no verb: name=" + name);
        };
    }
}
