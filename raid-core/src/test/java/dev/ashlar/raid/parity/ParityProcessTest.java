package dev.ashlar.raid.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Which kernels a JVM chooses, and that they are right, on machines and flags other than those of this JVM. */
class ParityProcessTest {
    @Test
    void plainJavaRunsWithoutTheVectorModuleAndSaysSo() throws Exception {
        String output = run();
        assertThat(output).contains("long arithmetic").contains("run with --add-modules=jdk.incubator.vector")
                .contains("all equal");
    }

    @Test
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64|x86_64")
    void cpuWithoutBytePermutesMultipliesByHalfBytes() throws Exception {
        String output = run("--add-modules=jdk.incubator.vector", "-XX:UseAVX=2");
        assertThat(output).contains("vector 256 bits, products by half bytes").contains("all equal");
    }

    @Test
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64|x86_64")
    void oldCpuUsesShortVectors() throws Exception {
        String output = run("--add-modules=jdk.incubator.vector", "-XX:UseAVX=0");
        assertThat(output).contains("vector 128 bits").contains("all equal");
    }

    @Test
    void theEnvironmentNamesAnImplementation() throws Exception {
        assertThat(run(Map.of("ASHLAR_PARITY", "scalar"))).contains("scalar reference (required)")
                .contains("all equal");
        assertThat(fail(Map.of("ASHLAR_PARITY", "isal", "ASHLAR_ISAL", "/nowhere/libisal.so")))
                .contains("parity=isal is not available: ASHLAR_ISAL=/nowhere/libisal.so cannot be loaded");
        assertThat(fail(Map.of("ASHLAR_PARITY", "fast"))).contains("parity=fast is none of auto, scalar, java");
    }

    private static String run(String... flags) throws Exception {
        return run(0, Map.of(), flags);
    }

    private static String run(Map<String, String> environment) throws Exception {
        return run(0, environment, "--add-modules=jdk.incubator.vector");
    }

    private static String fail(Map<String, String> environment) throws Exception {
        return run(1, environment, "--add-modules=jdk.incubator.vector");
    }

    private static String run(int exitCode, Map<String, String> environment, String... flags) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of("-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), ParityProcessMain.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(output).isEqualTo(exitCode);
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
