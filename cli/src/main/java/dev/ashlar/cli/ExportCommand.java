package dev.ashlar.cli;

import dev.ashlar.cli.control.ControlClient;
import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.ArrayPicture;
import dev.ashlar.cli.show.Printable;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ashlar export}: serves a served array under one more name. */
@Command(
        name = "export",
        description = "Serves a served array under one more name, until it is stopped or unexported.")
final class ExportCommand extends ServedVerb {
    @Option(names = "--name", required = true, paramLabel = "NAME", description = "What clients ask for.")
    private String name;

    @Mixin
    private ExportOptions options = new ExportOptions();

    @Override
    public Integer call() throws IOException {
        ExportSetting setting = setting();
        ControlClient daemon = daemon();
        ArrayPicture picture = daemon.export(setting);
        print("exported " + picture.status().name() + " as " + Printable.name(name), picture);
        if (!json()) {
            picture.exports().stream()
                    .filter(export -> export.setting().name().equals(name))
                    .flatMap(export -> export.uris().stream())
                    .forEach(out()::println);
        }
        return ExitCode.OK;
    }

    private ExportSetting setting() {
        try {
            return options.setting(name);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }
}
