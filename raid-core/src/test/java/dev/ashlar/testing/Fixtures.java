package dev.ashlar.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The golden arrays under {@code md/} in the test resources: member images that Linux and mdadm made, with a manifest
 * of what is in them. The format of the directory is described in its {@code README.md}.
 *
 * <pre>{@code
 * for (Fixtures.Array array : Fixtures.arrays()) {
 *     List<Path> images = array.unpack(tempDir);      // in the order of the create command
 *     ...
 *     assertThat(Fixtures.sha256(volume)).isEqualTo(array.volumeSha256());
 * }
 * }</pre>
 */
public final class Fixtures {
    private Fixtures() {}

    /** Every array, in the order of {@code arrays.list}. */
    public static List<Array> arrays() {
        String list = new String(resource("md/arrays.list"), StandardCharsets.UTF_8);
        return list.lines()
                .filter(line -> line.startsWith("name="))
                .map(line -> array(line.substring("name=".length(), line.indexOf(' '))))
                .toList();
    }

    /** The arrays of the given scenarios ("clean", "degraded", "unclean", …). */
    public static List<Array> arrays(String... scenarios) {
        List<String> wanted = List.of(scenarios);
        return arrays().stream().filter(array -> wanted.contains(array.scenario())).toList();
    }

    /** One array by name. */
    public static Array array(String name) {
        String manifest = new String(resource("md/" + name + "/manifest.json"), StandardCharsets.UTF_8);
        return new Array(name, Json.parse(manifest));
    }

    /**
     * One golden array.
     *
     * @param name the directory's name
     * @param manifest all that is known about it
     */
    public record Array(String name, Json manifest) {
        /** How the images came about: "clean", "degraded", "unclean", "recovery", "resync", … */
        public String scenario() {
            return manifest.get("scenario").text();
        }

        /** md's number of the level. */
        public int level() {
            return manifest.get("level").integer();
        }

        /** md's number of the layout. */
        public int layout() {
            return manifest.get("layout").integer();
        }

        /** Roles in the array. */
        public int raidDisks() {
            return manifest.get("raid_disks").integer();
        }

        /** Bytes of a chunk; 0 for RAID 1. */
        public int chunkBytes() {
            return manifest.get("chunk_bytes").integer();
        }

        /** What is used of each member; 0 for RAID 0. */
        public long componentBytes() {
            return manifest.get("component_bytes").number();
        }

        /** Size of the volume. */
        public long arrayBytes() {
            return manifest.get("array_bytes").number();
        }

        /** SHA-256 of the whole volume as Linux read it. */
        public String volumeSha256() {
            return manifest.get("volume_sha256").text();
        }

        /** What mdadm says about every member image: its examine options, one report after the other. */
        public String examineText() {
            return new String(resource("md/" + name + "/examine.txt"), StandardCharsets.UTF_8);
        }

        /** The members in the order of the create command: roles first, then spares, then a journal. */
        public List<Member> members() {
            List<Member> members = new ArrayList<>();
            for (Json member : manifest.get("members").list()) {
                members.add(new Member(name, member));
            }
            return members;
        }

        /**
         * The only member that claims a role; throws if none or several do (stale members and replacements claim too).
         */
        public Member memberInRole(int role) {
            List<Member> claiming = members().stream().filter(member -> member.role() == role).toList();
            if (claiming.size() != 1) {
                throw new IllegalStateException(name + ": role=" + role + " is claimed by members=" + claiming.size());
            }
            return claiming.getFirst();
        }

        /** What the array uses of its members, by role; throws where {@link #memberInRole} does. */
        public List<byte[]> dataByRole() {
            List<byte[]> data = new ArrayList<>();
            for (int role = 0; role < raidDisks(); role++) {
                data.add(memberInRole(role).data());
            }
            return data;
        }

        /** Writes the raw member images into a directory as {@code m0.img}, {@code m1.img}, … */
        public List<Path> unpack(Path directory) throws IOException {
            List<Path> images = new ArrayList<>();
            for (Member member : members()) {
                Path image = directory.resolve(member.file().replace(".gz", ""));
                Files.write(image, member.image());
                images.add(image);
            }
            return images;
        }

        /**
         * What the volume must hold, computed from the writes that were made to it: an independent twin of the hash.
         */
        public byte[] expectedVolume() {
            ByteBuffer volume = ByteBuffer.allocate(Math.toIntExact(arrayBytes())).order(ByteOrder.LITTLE_ENDIAN);
            for (Json write : manifest.get("writes").list()) {
                long seed = write.get("seed").number();
                int start = write.get("offset").integer();
                int end = start + write.get("length").integer();
                for (int offset = start; offset < end; offset += Long.BYTES) {
                    volume.putLong(offset, splitmix64(seed ^ offset));
                }
            }
            return volume.array();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * One member of a golden array.
     *
     * @param array name of the array
     * @param json its entry in the manifest
     */
    public record Member(String array, Json json) {
        /** Name of the compressed image. */
        public String file() {
            return json.get("file").text();
        }

        /** The superblock's fields, as numbers. */
        public Json superblock() {
            return json.get("superblock");
        }

        /** The role it claims; -1 for a spare, a faulty member or a journal. */
        public int role() {
            Json role = superblock().get("role");
            return role.isText() ? -1 : role.integer();
        }

        /** Where its data begin, in bytes. */
        public long dataOffsetBytes() {
            return superblock().get("data_offset").number() * 512;
        }

        /** What the array uses of the member; read no further, as images are long and mostly empty. */
        public byte[] data() {
            long sizeSectors = superblock().get("size_sectors").number();
            long usedSectors = sizeSectors == 0 ? superblock().get("data_size").number() : sizeSectors;
            try (InputStream in = open()) {
                in.skipNBytes(dataOffsetBytes());
                return in.readNBytes(Math.toIntExact(usedSectors * 512));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The raw image, checked against the manifest. */
        public byte[] image() {
            byte[] image;
            try (InputStream in = open()) {
                image = in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (!sha256(image).equals(json.get("sha256").text())) {
                throw new IllegalStateException(array + "/" + file() + " is not the image of the manifest");
            }
            return image;
        }

        private InputStream open() throws IOException {
            return new GZIPInputStream(stream("md/" + array + "/" + file()), 1 << 16);
        }
    }

    /**
     * One step of Vigna's splitmix64 from state {@code x}: the word at volume offset {@code o} is {@code (seed ^ o)}'s.
     */
    public static long splitmix64(long x) {
        long z = x + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** SHA-256 in lower-case hexadecimal. */
    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] resource(String path) {
        try (InputStream in = stream(path)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream stream(String path) {
        InputStream in = Fixtures.class.getClassLoader().getResourceAsStream(path);
        if (in == null) {
            throw new IllegalStateException("no such test resource: " + path);
        }
        return in;
    }
}
