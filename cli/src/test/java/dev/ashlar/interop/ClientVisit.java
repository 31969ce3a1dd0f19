package dev.ashlar.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.testing.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * One boot of a guest whose kernel is a client of this machine's servers: {@code scripts/vm/nbd-kernel.sh}, then
 * {@code nbd-restart.sh}, with what the host has to do for them.
 */
final class ClientVisit {
    private static final Duration GUEST_LIMIT = Duration.ofMinutes(15);
    private static final Duration STEP_LIMIT = Duration.ofMinutes(7);
    private static final String BIG = "big";
    private static final int BIG_MEMBERS = 6;
    private static final List<String> MODES = List.of("netlink", "persist", "reconnect", "proxy");
    private static final int MEMBERS = 4;
    private static final Pattern ENDS = Pattern.compile("connection \\d+ ends: requests=(\\d+) errors=0 ");
    private static final Pattern RESYNC = Pattern.compile("(\\w+): resync begins");

    private final Path directory;
    private final Path share;
    private final Path plain;
    private final Ashlar ashlar;
    private final Map<String, List<Path>> images = new HashMap<>();
    private final int ashlarPort = Nbdkit.freePort();
    private final int nbdkitPort = Nbdkit.freePort();
    private final Set<String> dirtyWhenKilled = new TreeSet<>();
    private final Set<String> resynced = new TreeSet<>();
    private final Map<String, Long> mismatches = new TreeMap<>();
    private List<Long> requests = List.of();
    private long bigBytes;
    private String said = "";

    ClientVisit(Path directory) throws IOException {
        this.directory = directory;
        this.share = Files.createDirectory(directory.resolve("share"));
        this.plain = Files.createDirectory(directory.resolve("plain"));
        this.ashlar = new Ashlar(Files.createDirectory(directory.resolve("run")));
    }

    /** Makes the arrays, boots the guest, kills and restarts the servers when it asks for that. */
    void run() throws Exception {
        create(BIG, BIG_MEMBERS, "80M");
        for (String mode : MODES) {
            create(mode, MEMBERS, "24M");
            Images.blank(plain.resolve(mode), 46 << 20);
        }
        Child nbdkit = Nbdkit.start(nbdkitPort, plain);
        Child daemon = serve();
        try (Guest guest = boot()) {
            bigBytes = ashlar.detail(BIG).get("array_bytes").number();
            guest.awaitLine("KILL", STEP_LIMIT);
            nbdkit.kill();
            daemon.kill();
            requests = ENDS.matcher(daemon.said()).results().map(r -> Long.parseLong(r.group(1))).toList();
            noteDirty();
            nbdkit = Nbdkit.start(nbdkitPort, plain);
            daemon = serve();
            Files.createFile(share.resolve("restarted"));
            int status = guest.await();
            said = guest.said();
            assertThat(status).as(() -> "the guest said:\n" + said).isZero();
            RESYNC.matcher(daemon.said()).results().forEach(r -> resynced.add(r.group(1)));
            check();
            daemon.terminate();
            assertThat(daemon.await(STEP_LIMIT)).as(daemon::said).isZero();
        } finally {
            nbdkit.close();
            daemon.close();
        }
    }

    private void create(String name, int members, String size) throws IOException, InterruptedException {
        Path home = Files.createDirectory(directory.resolve("members-" + name));
        List<Path> paths = IntStream.range(0, members).mapToObj(i -> home.resolve("m" + i)).toList();
        images.put(name, paths);
        List<String> words = new ArrayList<>(List.of(
                "create", name, "--level=6", "--chunk=64K", "--no-head-room", "--member-size=" + size));
        paths.forEach(path -> words.add(path.toString()));
        ashlar.run(0, words.toArray(String[]::new));
    }

    private Child serve() throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("serve", "--listen=127.0.0.1:" + ashlarPort));
        images.values().forEach(paths -> paths.forEach(path -> words.add(path.toString())));
        Child daemon = ashlar.start(words.toArray(String[]::new));
        try {
            daemon.awaitLine("the URI", line -> line.startsWith("nbd://"), STEP_LIMIT);
            return daemon;
        } catch (AssertionError | InterruptedException e) {
            daemon.close();
            throw e;
        }
    }

    private Guest boot() throws IOException {
        Path bigHome = images.get(BIG).getFirst().getParent();
        List<String> options = List.of("--net", "--smp", "4", "--rw", share.toString(), "--rw", bigHome.toString());
        List<String> arguments = List.of(
                share.toString(), BIG, bigHome.toString(), "ashlar=" + ashlarPort, "nbdkit=" + nbdkitPort);
        return Guest.start(GUEST_LIMIT, options, "nbd-clients.sh", arguments);
    }

    private void noteDirty() throws IOException {
        for (Map.Entry<String, List<Path>> array : images.entrySet()) {
            if (ExaminedMember.read(array.getValue().getFirst()).dirtyBits() > 0) {
                dirtyWhenKilled.add(array.getKey());
            }
        }
    }

    /** Lets each array finish what it does, and compares its members. */
    private void check() throws IOException, InterruptedException {
        for (String name : images.keySet()) {
            ashlar.awaitDetail(name, "idle", ClientVisit::idle, STEP_LIMIT);
            ashlar.run(0, "check", name);
            Json detail = ashlar.awaitDetail(name, "checked", ClientVisit::idle, STEP_LIMIT);
            mismatches.put(name, detail.get("mismatch_sectors").number());
        }
    }

    private static boolean idle(Json detail) {
        return detail.get("progress").get("action").text().equals("idle");
    }

    /** What the guest wrote down, by key. */
    Map<String, String> results() throws IOException {
        Map<String, String> results = new HashMap<>();
        for (String line : Files.readAllLines(share.resolve("results"))) {
            String[] words = line.split(" ", 2);
            results.put(words[0], words[1]);
        }
        return results;
    }

    /** How many requests each connection made that ended before the servers were killed. */
    List<Long> requestsOfConnections() {
        return requests;
    }

    /** The arrays whose bitmaps named something when the server was dead. */
    Set<String> dirtyWhenKilled() {
        return dirtyWhenKilled;
    }

    /** The arrays that the new server resynced. */
    Set<String> resynced() {
        return resynced;
    }

    /** What comparing the members found at the end, by array. */
    Map<String, Long> mismatches() {
        return mismatches;
    }

    /** The size of the export that {@code nbd-kernel.sh} had. */
    long bigBytes() {
        return bigBytes;
    }

    /** All that the guest printed. */
    String said() {
        return said;
    }
}
