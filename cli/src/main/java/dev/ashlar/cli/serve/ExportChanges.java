package dev.ashlar.cli.serve;

import dev.ashlar.cli.export.ExportSetting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a new configuration makes of the exports of one array. Exports that no configuration has named, because a verb
 * has made them, stay.
 *
 * @param added to be served newly
 * @param changed there already, and to be served otherwise
 * @param removed to be ended, by their names
 * @param left names of those that differ in what cannot be changed under clients
 */
record ExportChanges(List<ExportSetting> added, List<ExportSetting> changed, List<String> removed, List<String> left) {

    /**
     * Compares.
     *
     * @param before what the configuration said that holds now
     * @param wanted what the new one says
     * @param present what is served just now
     * @param described whether those without a description of their own are to be described otherwise
     */
    static ExportChanges of(
            List<ExportSetting> before,
            List<ExportSetting> wanted,
            List<ExportSetting> present,
            boolean described) {
        List<ExportSetting> added = new ArrayList<>();
        List<ExportSetting> changed = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (ExportSetting setting : wanted) {
            Optional<ExportSetting> served = find(present, setting.name());
            if (served.isEmpty()) {
                added.add(setting);
            } else if (served.get().readOnly() != setting.readOnly() || served.get().cow() != setting.cow()) {
                left.add(setting.name());
            } else if (!served.get().equals(setting) || described && setting.description().isEmpty()) {
                changed.add(setting);
            }
        }
        List<String> removed = before.stream()
                .map(ExportSetting::name)
                .filter(name -> find(wanted, name).isEmpty() && find(present, name).isPresent())
                .toList();
        return new ExportChanges(added, changed, removed, left);
    }

    private static Optional<ExportSetting> find(List<ExportSetting> settings, String name) {
        return settings.stream().filter(setting -> setting.name().equals(name)).findFirst();
    }
}
