package dev.ashlar.nbd.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.ashlar.nbd.TlsSetupException;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFilesTest {
    @TempDir
    Path dir;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
    private Path file;
    private int loads;

    @BeforeEach
    void write() throws IOException {
        file = dir.resolve("f");
        Files.writeString(file, "one");
    }

    private WatchedFiles<String> watch() throws TlsSetupException {
        return new WatchedFiles<>(this::load, clock::get, file, null);
    }

    private String load() throws TlsSetupException {
        loads++;
        String text = PemFile.text(file, "file");
        if (text.equals("broken")) {
            throw new TlsSetupException("file " + file + " is broken");
        }
        return text;
    }

    private void pass(long millis) {
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void changeIsSeenAfterASecondAndFilesAreReadOnlyThen() throws IOException {
        WatchedFiles<String> watched = watch();
        TlsFiles.put(dir, "f", "two");
        pass(999);
        assertThat(watched.get()).isEqualTo("one");
        pass(1);
        assertThat(watched.get()).as("although the clock has wrapped").isEqualTo("two");
        pass(5000);
        assertThat(watched.get()).isEqualTo("two");
        assertThat(loads).isEqualTo(2);
    }

    @Test
    void brokenFileIsToldOnceAndTheNextChangeTriedAgain() throws IOException {
        WatchedFiles<String> watched = watch();
        try (LogCapture log = new LogCapture()) {
            TlsFiles.put(dir, "f", "broken");
            for (int i = 0; i < 5; i++) {
                pass(1000);
                assertThat(watched.get()).isEqualTo("one");
            }
            assertThat(log.atLeast(Level.WARN)).containsExactly(
                    "TLS goes on with what it has: file " + file + " is broken");
            TlsFiles.put(dir, "f", "three");
            pass(1000);
            assertThat(watched.get()).isEqualTo("three");
        }
    }

    @Test
    void missingFileCountsAsBroken() throws IOException {
        WatchedFiles<String> watched = watch();
        Files.delete(file);
        pass(1000);
        assertThat(watched.get()).isEqualTo("one");
        assertThatThrownBy(watched::reload).isInstanceOf(TlsSetupException.class)
                .hasMessage("file " + file + " does not exist");
        assertThat(watched.get()).isEqualTo("one");
    }

    @Test
    void firstLoadMustSucceed() throws IOException {
        Files.writeString(file, "broken");
        assertThatThrownBy(this::watch).isInstanceOf(TlsSetupException.class);
    }
}
