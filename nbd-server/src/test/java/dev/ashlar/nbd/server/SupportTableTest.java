package dev.ashlar.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.nbd.testkit.Wire;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * docs/nbd.md names a test for every row that the server has, and each of them exists. Those of the first five tables run
 * over every {@link Wire}.
 */
class SupportTableTest {
    private static final Path TABLE = Path.of("..", "docs", "nbd.md");
    private static final Path SOURCES = Path.of("src", "test", "java");
    private static final Path COMMAND = Path.of("..", "cli", "src", "test", "java");
    private static final Pattern TEST = Pattern.compile("@(?:Parameterized)?Test\\s[^{;]*?void (\\w+)\\(");
    private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT|Props))\\.(\\w+)`");

    private static Class<?> find(String simpleName) throws IOException, ClassNotFoundException {
        try (Stream<Path> sources = Files.walk(SOURCES)) {
            Path source = sources.filter(path -> path.endsWith(simpleName + ".java")).findFirst()
                    .orElseThrow(() -> new AssertionError("no such test class: " + simpleName));
            String name = SOURCES.relativize(source).toString().replace('/', '.');
            return Class.forName(name.substring(0, name.length() - ".java".length()));
        }
    }

    /** Of a class here, or of one of the command, which cannot be loaded from here. */
    private static Set<String> testsOf(String simpleName) throws IOException, ClassNotFoundException {
        try (Stream<Path> sources = Files.walk(COMMAND)) {
            Optional<Path> source = sources.filter(path -> path.endsWith(simpleName + ".java")).findFirst();
            if (source.isPresent()) {
                return TEST.matcher(Files.readString(source.get())).results()
                        .map(match -> match.group(1)).collect(Collectors.toSet());
            }
        }
        return Arrays.stream(find(simpleName).getDeclaredMethods())
                .filter(SupportTableTest::isTest).map(Method::getName).collect(Collectors.toSet());
    }

    private static boolean isTest(Method method) {
        return Arrays.stream(method.getAnnotations())
                .anyMatch(a -> a.annotationType().getSimpleName().matches("Test|ParameterizedTest|Property|Example"));
    }

    @Test
    void everyTestThatTheTableNamesExists() throws Exception {
        Set<String> named = new TreeSet<>();
        Set<String> missing = new TreeSet<>();
        for (var found : NAMED.matcher(Files.readString(TABLE)).results().toList()) {
            named.add(found.group());
            if (!testsOf(found.group(1)).contains(found.group(2))) {
                missing.add(found.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(named).hasSizeGreaterThan(50);
    }

    private static boolean runsOverEveryWire(Class<?> type, String method) {
        EnumSource source = null;
        for (Class<?> each = type; each != null && source == null; each = each.getSuperclass()) {
            source = each.getDeclaredAnnotation(EnumSource.class);
        }
        boolean asAWhole = source != null && source.value() == Wire.class && source.names().length == 0;
        return asAWhole || Arrays.stream(type.getDeclaredMethods())
                .filter(each -> each.getName().equals(method))
                .anyMatch(each -> Arrays.asList(each.getParameterTypes()).contains(Wire.class));
    }

    @Test
    void testsOfTheFirstFiveTablesRunOverEveryWire() throws Exception {
        String[] sections = Files.readString(TABLE).split("(?m)^## ");
        Set<String> plainOnly = new TreeSet<>();
        Set<String> checked = new TreeSet<>();
        for (int section = 1; section <= 5; section++) {
            for (var found : NAMED.matcher(sections[section]).results().toList()) {
                checked.add(found.group());
                if (!runsOverEveryWire(find(found.group(1)), found.group(2))) {
                    plainOnly.add(found.group());
                }
            }
        }
        assertThat(plainOnly).isEmpty();
        assertThat(checked).hasSizeGreaterThan(50);
    }

    @Test
    void everyRowThatIsServedNamesATest() throws IOException {
        assertThat(Files.readAllLines(TABLE).stream()
                        .filter(line -> line.matches("\\| .* \\| \\d+\\.\\d+ \\| .*"))
                        .filter(line -> !NAMED.matcher(line).find()))
                .isEmpty();
    }
}
