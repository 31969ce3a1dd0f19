package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.cli.result.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    @TempDir
    private Path directory;

    @Test
    void helpNamesEveryVerb() {
        Ran help = Ran.ashlar("--help");
        assertThat(help.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(help.out()).contains(
                "create", "serve", "examine", "detail", "check", "repair", "stop", "fail", "remove", "add", "assemble",
                "status", "up", "export", "unexport", "mark", "unmark", "demo", "test");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "frobnicate", "create", "create x", "create x m0 m1", "create x --level=7 m0",
        "create x --level=6 --chunk=3X m0", "create x --level=1 --chunk=64K --member-size=1M m0 m1",
        "create x --level=5 --layout=sideways --member-size=1M a b c",
        "create x --level=0 --consistency-policy=bitmap --member-size=1M a b",
        "create x --level=1 --member-size=1M a ./a", "create x --level=1 --member-size=0 a b",
        "create x\u001b --level=1 --member-size=1M a b", "create x --level=1 --member-size=1M --spare=missing a b",
        "serve", "serve --listen=h:x m0", "serve --unix-mode=9 m0", "serve --tls=maybe m0",
        "serve --idle-timeout=5 m0", "serve --max-connections=0 m0", "serve --rate=fast m0",
        "serve --metrics=here m0", "detail", "export x", "export x --name=y --allow=nowhere",
        "export x --name=y --allow-uid=me", "export x --name=y --allow-uid=-1",
        "export x --name=y --allow-identity=me", "unexport x", "mark x", "unmark", "fail x", "status --colour",
        "examine", "assemble"
    })
    void aWrongCallIsOneLineAndExitCode2(String line) {
        Ran ran = Ran.ashlar(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).startsWith("ashlar").endsWith("--help)\n").hasLineCount(1);
    }

    @Test
    void anArrayThatIsNowhereSaysWhereItLooked() {
        Ran ran = Ran.ashlar("detail", "nothing", "--scan=" + directory);
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.err()).contains("nothing", directory.toString()).hasLineCount(1);
    }

    @Test
    void aFileThatIsNoMemberIsSaidToBeNone() throws Exception {
        Path file = Files.write(directory.resolve("plain.img"), new byte[1 << 20]);
        Ran ran = Ran.ashlar("detail", file.toString());
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.err()).contains("carries no md superblock").hasLineCount(1);
    }

    @Test
    void aMissingMemberIsNotMadeWithoutASize() {
        Ran ran = Ran.ashlar("create", "x", "--level=1", directory.resolve("a").toString(), "missing");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.err()).contains("--member-size");
    }

    @Test
    void shellWordsCanBeCopied() {
        assertThat(List.of(Shell.quote("/a/b-1.img"), Shell.quote("a b"), Shell.quote("it's")))
                .containsExactly("/a/b-1.img", "'a b'", "'it'\\''s'");
    }

    @Test
    void aFileIsNoPlaceToScan() throws Exception {
        Path file = Files.createFile(directory.resolve("f"));
        Ran ran = Ran.ashlar("assemble", "--scan=" + file);
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.err()).contains("is not a directory").hasLineCount(1);
    }

    @Test
    void aNameThatNoFileCanHaveIsJustNotFound() {
        Ran ran = Ran.ashlar("detail", "a\0b", "--scan=" + directory);
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.err()).startsWith("ashlar detail: no array a\\x00b").hasLineCount(1);
    }
}
