package dev.ashlar.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of {@code uri.md}. */
class NbdUriTest {
    @ParameterizedTest
    @CsvSource({
        "nbd://example.com/disk, example.com, 10809, disk",
        "nbd://example.com:10810/, example.com, 10810, ''",
        "nbd://example.com, example.com, 10809, ''",
        "nbd://example.com//disk, example.com, 10809, /disk",
        "nbd://[::1]:7/hello%20world, ::1, 7, hello world",
        "nbd://127.0.0.1/%C3%A4+b, 127.0.0.1, 10809, ä+b"
    })
    void readsTcp(String text, String host, int port, String export) {
        assertThat(NbdUri.parse(text)).isEqualTo(new NbdUri(false, host, port, null, export, null, host, true, null, null));
    }

    @Test
    void readsUnixSockets() {
        assertThat(NbdUri.parse("nbd+unix:///disk?socket=/run/a%20b+c.sock"))
                .isEqualTo(new NbdUri(false, null, 10809, Path.of("/run/a b+c.sock"), "disk", null, null, true, null,
                        null));
        assertThat(NbdUri.parse("nbds+unix:///?socket=s").encrypted()).isTrue();
    }

    @Test
    void readsWhatIsSaidOfTls() {
        assertThat(NbdUri.parse("nbds://h/d?tls-certificates=/etc/pki&tls-hostname=disks&tls-verify-peer=0"))
                .isEqualTo(new NbdUri(true, "h", 10809, null, "d", Path.of("/etc/pki"), "disks", false,
                        null, null));
        assertThat(NbdUri.parse("nbds+unix:///d?tls-type=x509&socket=s&tls-hostname=disks"))
                .isEqualTo(new NbdUri(true, null, 10809, Path.of("s"), "d", null, "disks", true, null, null));
    }

    @Test
    void readsWhoseKeyIsUsed() {
        assertThat(NbdUri.parse("nbds://b%3Ao%20b@h:7/d?tls-psk-file=/etc/keys.psk"))
                .isEqualTo(new NbdUri(true, "h", 7, null, "d", null, "h", true, Path.of("/etc/keys.psk"), "b:o b"));
        NbdUri unix = NbdUri.parse("nbds+unix://alice@/d?tls-type=psk&socket=s&tls-psk-file=k");
        assertThat(unix.user()).isEqualTo("alice");
        assertThat(unix.socket()).isEqualTo(Path.of("s"));
        assertThat(NbdUri.parse("nbds://h/?tls-psk-file=k").user()).isEqualTo(System.getProperty("user.name"));
        assertThat(NbdUri.parse("nbds://alice@h/").user()).as("of no use").isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "/dev/nbd0", "http://h/", "nbd:h", "nbd:///d", "nbd://h/d?socket=s", "nbd+unix:///d",
        "nbd+unix:///d?socket",
        "nbds://h/?tls-type=psk", "nbds://h/?tls-type=anon", "nbds://h/?tls-type=x509&tls-psk-file=f", "nbds://h/?tls-verify-peer=maybe", "nbd://h/?x&y",
        "nbd+unix:///?socket=a&socket=b", "nbd+unix:///?socket=%00a", "nbd+unix:///?socket=%zz", "nbd://h/ d",
        "nbd+vsock://2/d", "NBD://h/d"
    })
    void refusesWhatItCannotFollow(String text) {
        assertThatThrownBy(() -> NbdUri.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
