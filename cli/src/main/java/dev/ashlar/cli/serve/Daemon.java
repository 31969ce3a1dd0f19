package dev.ashlar.cli.serve;

import dev.ashlar.cli.control.ControlServer;
import dev.ashlar.cli.control.Endpoint;
import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.members.FoundArray;
import dev.ashlar.cli.members.FoundMember;
import dev.ashlar.cli.members.MemberScan;
import dev.ashlar.cli.members.SetNames;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.cli.serve.ServeConfig.ExportSetting;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.server.NbdServer;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves arrays until it is closed or the last of them is stopped.
 *
 * <p>Either everything that was asked for is served, or nothing is and every array that was opened is stopped again. An
 * array is closed only after its export has ended. Thread-safe.
 */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final RunDirectory run;
    private final NbdServer server = new NbdServer();
    private final List<ServedArray> arrays = new CopyOnWriteArrayList<>();
    private final List<HostPort> listens = new ArrayList<>();
    private final List<Path> sockets = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private ControlServer control;
    private boolean closed;

    private Daemon(RunDirectory run) {
        this.run = run;
    }

    /** Opens the arrays, exports them, and listens. */
    public static Daemon start(ServeConfig config, RunDirectory run) throws IOException {
        Daemon daemon = new Daemon(run);
        try {
            for (ArraySource source : config.arrays()) {
                daemon.open(source, config.exports());
            }
            daemon.checkExports(config.exports());
            daemon.listen(config);
            return daemon;
        } catch (IOException | RuntimeException e) {
            try {
                daemon.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private void open(ArraySource source, List<ExportSetting> exports) throws IOException {
        List<FoundMember> members = new ArrayList<>();
        for (Path path : source.members()) {
            members.add(MemberScan.read(path));
        }
        for (FoundArray found : FoundArray.group(members)) {
            open(found, source.options(), exports);
        }
    }

    private void open(FoundArray found, OpenOptions options, List<ExportSetting> exports) throws IOException {
        Optional<ExportSetting> setting = exports.stream()
                .filter(candidate -> SetNames.matches(found.name(), candidate.array()))
                .findFirst();
        String exportName = setting.map(ExportSetting::name).orElse(SetNames.local(found.name()));
        if (arrays.stream().anyMatch(array -> array.exportName().equals(exportName))) {
            throw new CommandFailure(ExitCode.USAGE, "two arrays would be exported as '" + exportName
                    + "': an [[export]] in a configuration file can name one of them otherwise");
        }
        RaidArray array = RaidArray.open(found.paths(), options);
        arrays.add(new ServedArray(this, array, exportName));
        String description = setting.map(ExportSetting::description).orElse("");
        server.addExport(new Export(
                exportName,
                description.isEmpty() ? array.status().level() + " " + found.name() : description,
                array,
                setting.map(ExportSetting::readOnly).orElse(false)));
    }

    private void checkExports(List<ExportSetting> exports) throws CommandFailure {
        for (ExportSetting export : exports) {
            if (arrays.stream().noneMatch(array -> SetNames.matches(array.status().name(), export.array()))) {
                throw new CommandFailure(ExitCode.USAGE, "no array is called '" + export.array() + "', which export '"
                        + export.name() + "' names");
            }
        }
    }

    private void listen(ServeConfig config) throws IOException {
        for (HostPort listen : config.listens()) {
            listens.add(new HostPort(listen.host(), server.listenTcp(listen.host(), listen.port()).getPort()));
        }
        for (Path socket : config.sockets()) {
            server.listenUnix(socket);
            sockets.add(socket);
        }
        control = ControlServer.start(() -> arrays);
        for (ServedArray array : arrays) {
            announce(array);
            LOG.info("serving {} as '{}'", array.status().name(), array.exportName());
        }
    }

    /** Writes or renews the array's endpoint file. Clients are served all the same when that is not possible. */
    void announce(ServedArray array) {
        ProcessHandle self = ProcessHandle.current();
        try {
            run.write(new Endpoint(
                    array.uuid(),
                    array.status().name(),
                    self.pid(),
                    Endpoint.startedMillis(self),
                    control.port(),
                    control.token(),
                    array.memberPaths(),
                    uris(array)));
        } catch (IOException e) {
            LOG.warn("verbs will not find {}: {}", array.status().name(), e.getMessage());
        }
    }

    /** Where one array is found. */
    List<String> uris(ServedArray array) {
        List<String> uris = new ArrayList<>();
        listens.forEach(listen -> uris.add(Uris.tcp(listen, array.exportName())));
        sockets.forEach(socket -> uris.add(Uris.unix(socket, array.exportName())));
        return uris;
    }

    /** Where all arrays are found. */
    public List<String> uris() {
        return arrays.stream().flatMap(array -> uris(array).stream()).toList();
    }

    /** Ends one export and stops its array; the daemon ends with the last one. */
    void stop(ServedArray array) throws IOException {
        synchronized (this) {
            if (!arrays.remove(array)) {
                return;
            }
        }
        run.remove(array.uuid());
        try {
            if (!server.removeExport(array.exportName())) {
                LOG.warn("export '{}': a request is still in the array, which waits for it", array.exportName());
            }
            array.array().close();
            LOG.info("stopped {}", array.status().name());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while stopping " + array.status().name());
        } finally {
            if (arrays.isEmpty()) {
                ended.countDown();
            }
        }
    }

    /** Waits until the last array has been stopped. */
    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /**
     * Lets clients' requests end, then stops all arrays cleanly.
     *
     * @throws IOException if some array could not be stopped; the others are
     */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            server.shutdown(DRAIN);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        IOException failure = null;
        for (ServedArray array : arrays) {
            try {
                run.remove(array.uuid());
                array.array().close();
                LOG.info("stopped {}", array.status().name());
            } catch (IOException e) {
                LOG.error("{} did not stop cleanly: {}", array.status().name(), e.getMessage());
                failure = e;
            }
        }
        arrays.clear();
        ended.countDown();
        if (control != null) {
            control.close();
        }
        if (failure != null) {
            throw failure;
        }
    }
}
