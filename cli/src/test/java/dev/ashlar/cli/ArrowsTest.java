package dev.ashlar.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Which package may use which. A package that is in no table fails the test, so that a new one gets its arrows when it
 * is made.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArrowsTest {
    private static final String ROOT = "dev.ashlar.";

    private final JavaClasses ours = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.ashlar");

    /** Each package with those of our packages that it may use beside itself. */
    private static final Map<String, Set<String>> ARROWS = new LinkedHashMap<>();

    private static void may(String from, String... to) {
        ARROWS.put(from, Set.of(to));
    }

    static {
        may("block");
        may("raid", "block");
        may("raid.parity", "block");
        may("raid.layout", "raid");
        may("raid.superblock", "block", "raid", "raid.layout");
        may("raid.bitmap", "block", "raid");
        may("raid.member", "block", "raid", "raid.superblock");
        may("raid.ppl", "block", "raid", "raid.superblock", "raid.layout", "raid.parity");
        may("raid.engine", "block", "raid", "raid.member", "raid.layout", "raid.parity", "raid.bitmap");
        may("raid.sync", "block", "raid", "raid.engine", "raid.member", "raid.bitmap", "raid.layout");
        may("raid.array", "block", "raid", "raid.parity", "raid.layout", "raid.superblock", "raid.bitmap",
                "raid.member", "raid.ppl", "raid.engine", "raid.sync");

        may("replication");

        may("nbd", "block");
        may("nbd.protocol");
        may("nbd.log");
        may("nbd.transport", "block", "nbd", "nbd.protocol");
        may("nbd.tls", "block", "nbd", "nbd.log", "nbd.protocol", "nbd.transport");
        may("nbd.client", "nbd", "nbd.protocol", "nbd.tls");
        may("nbd.throttle", "nbd");
        may("nbd.export", "block", "nbd", "nbd.protocol", "nbd.throttle");
        may("nbd.handshake", "block", "nbd", "nbd.log", "nbd.protocol", "nbd.export", "nbd.transport", "nbd.tls");
        may("nbd.transmission", "block", "nbd", "nbd.log", "nbd.protocol", "nbd.export", "nbd.transport",
                "nbd.throttle");
        may("nbd.metrics");
        may("nbd.server", "block", "nbd", "nbd.protocol", "nbd.export", "nbd.handshake", "nbd.transmission",
                "nbd.transport", "nbd.tls", "nbd.metrics", "nbd.throttle");
    }

    private Set<String> packages() {
        return ours.stream()
                .map(type -> type.getPackageName())
                .filter(name -> name.startsWith(ROOT))
                .map(name -> name.substring(ROOT.length()))
                .filter(name -> !name.startsWith("cli") && !name.startsWith("bench"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyPackageHasItsPlace() {
        assertThat(ARROWS.keySet()).containsAll(packages());
    }

    @Test
    void packagesUseOnlyThoseBelowThem() {
        for (Map.Entry<String, Set<String>> arrow : ARROWS.entrySet()) {
            String[] allowed = Stream.concat(Stream.of(arrow.getKey()), arrow.getValue().stream())
                    .map(name -> ROOT + name)
                    .toArray(String[]::new);
            String[] forbidden = Stream.concat(packages().stream().map(name -> ROOT + name), Stream.of(ROOT + "cli.."))
                    .filter(name -> !Arrays.asList(allowed).contains(name))
                    .toArray(String[]::new);
            noClasses().that().resideInAPackage(ROOT + arrow.getKey())
                    .should().dependOnClassesThat().resideInAnyPackage(forbidden)
                    .allowEmptyShould(true)
                    .check(ours);
        }
    }

    @Test
    void serverAndReplicationNeverMeet() {
        noClasses().that().resideInAPackage("dev.ashlar.nbd..")
                .should().dependOnClassesThat().resideInAPackage("dev.ashlar.replication..").check(ours);
        noClasses().that().resideInAPackage("dev.ashlar.replication..")
                .should().dependOnClassesThat().resideInAPackage("dev.ashlar.nbd..").check(ours);
    }

    @Test
    void noTwoPackagesNeedEachOther() {
        slices().matching("dev.ashlar.(**)").namingSlices("$1").should().beFreeOfCycles().check(ours);
    }

    /** What this command prints, parses and listens on stays with this command. */
    @Test
    void theLibrariesNeedNothingButTheJdkAndALogger() {
        classes().that().resideInAnyPackage("dev.ashlar.block..", "dev.ashlar.raid..", "dev.ashlar.nbd..")
                .should().onlyDependOnClassesThat()
                .resideInAnyPackage("dev.ashlar..", "java..", "javax..", "jdk..", "com.sun.nio.file..", "org.slf4j..",
                        "org.bouncycastle..")
                .check(ours);
    }

    /** Pre-shared keys are the one thing of TLS that the JDK lacks. */
    @Test
    void onlyPreSharedKeysNeedMoreThanTheJdk() {
        noClasses().that().haveNameNotMatching("dev\\.ashlar\\.nbd\\.tls\\.Psk.*")
                .should().dependOnClassesThat().resideInAPackage("org.bouncycastle..").check(ours);
    }
}
