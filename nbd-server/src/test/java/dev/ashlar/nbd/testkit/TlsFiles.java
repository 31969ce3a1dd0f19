package dev.ashlar.nbd.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A directory of certificates as nbdkit, qemu and libnbd lay it out, for a server and for its clients. */
public final class TlsFiles {
    private TlsFiles() {}

    /** Writes everything for a server and one client, both signed by {@code ca}. */
    public static Path write(Path dir, TestCa ca, TestCa.Identity server, TestCa.Identity client) throws IOException {
        Files.createDirectories(dir);
        put(dir, "ca-cert.pem", ca.pem());
        put(dir, "server-cert.pem", server.certificatePem());
        put(dir, "server-key.pem", server.keyPem());
        if (client != null) {
            put(dir, "client-cert.pem", client.certificatePem());
            put(dir, "client-key.pem", client.keyPem());
        }
        return dir;
    }

    /** Replaces a file as careful administrators do, so that no one sees half of it; where it is. */
    public static Path put(Path dir, String name, String content) throws IOException {
        Path whole = Files.writeString(dir.resolve(name + ".new"), content);
        return Files.move(
                whole, dir.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
