import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Puts one pinned release of Maven into the user's cache where no Maven is installed, and prints the path of its
 * {@code mvn}. Run as a source file by the launcher, so that a JDK is all that a first build needs.
 *
 * <p>The archive is unpacked only after its SHA-512 was found to be the one below. {@code MVNW_REPOURL} names another
 * repository than Maven Central, as it does for the Maven wrapper.
 */
final class FetchMaven {
    private static final String VERSION = "3.9.11";
    private static final String SHA512 = "03e2d65d4483a3396980629f260e25cac0d8b6f7f2791e4dc20bc83f9514db8d"
            + "0f05b0479e699a5f34679250c49c8e52e961262ded468a20de0be254d8207076";

    private FetchMaven() {}

    public static void main(String[] args) throws Exception {
        Path cache = cacheDirectory();
        Path home = cache.resolve("apache-maven-" + VERSION);
        Path command = home.resolve("bin/mvn");
        if (!Files.isExecutable(command)) {
            Files.createDirectories(cache);
            Path temporary = Files.createTempDirectory(cache, "fetch");
            Path archive = download(temporary);
            unpack(archive, temporary);
            Files.setPosixFilePermissions(
                    temporary.resolve(home.getFileName()).resolve("bin/mvn"),
                    PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(temporary.resolve(home.getFileName()), home, StandardCopyOption.ATOMIC_MOVE);
            Files.delete(archive);
            Files.delete(temporary);
        }
        System.out.println(command);
    }

    private static Path cacheDirectory() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path parent = cache == null || cache.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(cache);
        return parent.resolve("ashlar");
    }

    private static Path download(Path directory) throws Exception {
        String repository = System.getenv("MVNW_REPOURL");
        URI source = URI.create(repository + "/org/apache/maven/apache-maven/" + VERSION + "/apache-maven-" + VERSION
                + "-bin.zip");
        System.err.println("ashlar: no Maven on PATH, fetching " + source);
        Path archive = directory.resolve("maven.zip");
        MessageDigest digest = MessageDigest.getInstance("SHA-512");
        try (InputStream in = new DigestInputStream(source.toURL().openStream(), digest)) {
            Files.copy(in, archive);
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equals(SHA512)) {
            throw new IOException("wrong checksum: source=" + source + " sha512=" + found);
        }
        return archive;
    }

    private static void unpack(Path archive, Path target) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("entry outside of the archive: name=" + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else {
                    Files.createDirectories(path.getParent());
                    Files.copy(zip, path);
                }
            }
        }
    }
}
