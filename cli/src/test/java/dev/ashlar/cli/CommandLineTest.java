package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.cli.result.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
    @TempDir
    private Path directory;

    @Test
    void helpNamesEveryVerb() {
        Ran help = Ran.ashlar("--help");
        assertThat(help.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(help.out()).contains(
                "create", "serve", "examine", "detail", "check", "repair", "stop", "fail", "remove", "add", "assemble",
                "status", "up", "export", "unexport", "reload", "mark", "unmark", "parity", "demo", "bench", "test");
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
        "serve --vsock=x m0", "serve --idle-timeout=5 m0", "serve --max-connections=0 m0", "serve --rate=fast m0",
        "serve --handshake-timeout=9999999h m0", "serve --stall-timeout=366000h m0",
        "serve --max-connections=2000000000 m0", "serve --metrics=here m0", "serve --parity=fast m0", "detail",
        "export x", "export x --name=y --allow=nowhere", "export x --name=y --allow=10/8",
        "export x --name=y --allow=1.2.3.4/33", "export x --name=y --allow-uid=4294967295",
        "export x --name=y --allow-uid=me", "export x --name=y --allow-uid=-1",
        "export x --name=y --allow-identity=me", "unexport x", "reload --pid=me", "mark x", "unmark", "fail x", "status --colour",
        "examine", "assemble"
    })
    void aWrongCallIsOneLineAndExitCode2(String line) {
        Ran ran = Ran.ashlar(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).startsWith("ashlar").endsWith("--help)\n").hasLineCount(1);
    }

    @Test
    void aVerbThatThereIsNotIsSaidToBeNone() {
        assertThat(Ran.ashlar("srve", "m0.img").err())
                .isEqualTo("ashlar: there is no verb 'srve'; did you mean serve? (see ashlar --help)\n");
        assertThat(Ran.ashlar("frobnicate").err()).startsWith("ashlar: there is no verb 'frobnicate'");
        assertThat(Ran.ashlar("--colour").err()).contains("--colour").doesNotContain("verb");
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

    /** Exit code 2, so that systemd does not try again what cannot come right by itself. */
    @Test
    void aConfigurationThatCannotBeReadIsNamed() throws Exception {
        Path missing = directory.resolve("none.toml");
        Path binary = Files.write(directory.resolve("binary.toml"), new byte[] {'a', (byte) 0xff});
        Path large = Files.write(directory.resolve("large.toml"), new byte[(1 << 20) + 1]);
        for (Path file : List.of(missing, directory, binary, large)) {
            Ran ran = Ran.ashlar("serve", "--config=" + file);
            assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.USAGE);
            assertThat(ran.err()).contains(file.toString()).hasLineCount(1);
        }
        assertThat(Ran.ashlar("serve", "--config=" + missing).err()).contains("no such file");
        assertThat(Ran.ashlar("serve", "--config=" + directory).err()).contains("Is a directory");
    }

    @Test
    void whoeverWaitsIsToldWhatFor() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        PrintWriter err = new PrintWriter(new StringWriter(), true) {
            @Override
            public void println(String line) {
                super.println(line);
                told.countDown();
            }
        };
        String answer = Patience.call(err, "waiting for somebody", Duration.ofMillis(1), () -> {
            try {
                told.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return "done";
        });
        assertThat(answer).isEqualTo("done");
        StringWriter quiet = new StringWriter();
        Patience.call(new PrintWriter(quiet, true), "waiting for nobody", () -> "at once");
        assertThat(quiet.toString()).isEmpty();
    }

    @Test
    void aFlagWhoseValueMayBeLeftOutTakesNoMemberForIt() {
        for (String line : List.of("serve --vsock m0 m1", "serve --vsock=7 --vsock m0 m1")) {
            CommandLine command = new CommandLine(new AshlarCommand());
            Verbs.addTo(command, "serve");
            CommandLine.ParseResult serve = command.parseArgs(line.split(" ")).subcommand();
            assertThat(serve.<List<Path>>matchedPositionalValue(0, List.of()))
                    .containsExactly(Path.of("m0"), Path.of("m1"));
            List<String> ports = serve.matchedOptionValue("--vsock", List.of());
            assertThat(ports.getLast()).isEqualTo("10809");
        }
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
