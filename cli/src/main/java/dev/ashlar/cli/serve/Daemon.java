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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves arrays until it is closed or the last of them is stopped.
 *
 * <p>Either everything that was asked for is served, or nothing is and every array that was opened is stopped again. An
 * array is closed only after its export has ended. Nothing that goes wrong on the way keeps an array from being closed,
 * and what did not stop cleanly is remembered until {@link #close} says so. Thread-safe: it may be closed while it
 * starts.
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
    private int stopping;
    private IOException failure;
    private boolean closed;

    /** A daemon that serves nothing yet. */
    public Daemon(RunDirectory run) {
        this.run = run;
    }

    /** A daemon that serves all that is asked for. */
    public static Daemon start(ServeConfig config, RunDirectory run) throws IOException {
        Daemon daemon = new Daemon(run);
        daemon.start(config);
        return daemon;
    }

    /** Opens the arrays, exports them, and listens; to be called once. Closes itself when that fails. */
    public void start(ServeConfig config) throws IOException {
        try {
            Addresses.requireFree(config);
            for (ArraySource source : config.arrays()) {
                open(source, config.exports());
            }
            checkExports(config.exports());
            listen(config);
        } catch (IOException | RuntimeException e) {
            try {
                close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private void requireNotClosed() throws CommandFailure {
        if (closed) {
            throw new CommandFailure(ExitCode.IO_ERROR, "the daemon was told to end");
        }
    }

    private void open(ArraySource source, List<ExportSetting> exports) throws IOException {
        List<FoundMember> members = new ArrayList<>();
        List<Path> leftOut = new ArrayList<>();
        IOException first = null;
        for (Path path : source.members()) {
            try {
                members.add(MemberScan.read(path));
            } catch (IOException e) {
                // A disk that is gone must not keep the others from being served.
                leftOut.add(path.toAbsolutePath().normalize());
                first = first == null ? e : first;
            }
        }
        if (members.isEmpty() && first != null) {
            throw first;
        }
        List<FoundArray> arraysFound = FoundArray.group(members);
        if (arraysFound.size() > 1) {
            leftOut.forEach(path -> LOG.warn("left out, because no usable superblock can be read: {}", path));
            leftOut.clear();
        }
        for (FoundArray found : arraysFound) {
            open(found, leftOut, source.options(), exports);
        }
    }

    /** Under the lock, so that {@link #close} finds the array either not opened or among those to be closed. */
    private synchronized void open(
            FoundArray found, List<Path> leftOut, OpenOptions options, List<ExportSetting> exports)
            throws IOException {
        requireNotClosed();
        Optional<ExportSetting> setting = exports.stream()
                .filter(candidate -> SetNames.matches(found.name(), candidate.array()))
                .findFirst();
        String exportName = setting.map(ExportSetting::name).orElse(SetNames.local(found.name()));
        if (arrays.stream().anyMatch(array -> array.exportName().equals(exportName))) {
            throw new CommandFailure(ExitCode.USAGE, "two arrays would be exported as '" + exportName
                    + "': an [[export]] in a configuration file can name one of them otherwise");
        }
        RaidArray array = RaidArray.open(
                Stream.concat(found.paths().stream(), leftOut.stream()).toList(), options);
        array.status().warnings().forEach(warning -> LOG.warn("{}: {}", found.name(), warning));
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

    private synchronized void listen(ServeConfig config) throws IOException {
        requireNotClosed();
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
    synchronized void announce(ServedArray array) {
        if (!arrays.contains(array)) {
            return;
        }
        ProcessHandle self = ProcessHandle.current();
        try {
            run.write(new Endpoint(
                    array.uuid(),
                    array.status().name(),
                    array.exportName(),
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

    /** Before the array is closed: afterwards the file may be that of another daemon. */
    private void unannounce(ServedArray array) {
        try {
            run.remove(array.uuid());
        } catch (IOException | RuntimeException e) {
            LOG.warn("the control file of {} stays: {}", array.uuid(), e.toString());
        }
    }

    /** Ends one export and stops its array; the daemon ends with the last one. */
    void stop(ServedArray array) throws IOException {
        synchronized (this) {
            requireNotClosed();
            if (!arrays.remove(array)) {
                return;
            }
            stopping++;
        }
        try {
            if (!server.removeExport(array.exportName())) {
                LOG.warn("export '{}': a request is still in the array, which waits for it", array.exportName());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            closeArray(array);
        }
    }

    /** The end of {@link #stop}, whatever happened before. */
    private void closeArray(ServedArray array) throws IOException {
        IOException problem = null;
        try {
            problem = end(array);
        } finally {
            synchronized (this) {
                stopping--;
                if (arrays.isEmpty() && stopping == 0) {
                    ended.countDown();
                }
                notifyAll();
            }
        }
        if (problem != null) {
            throw problem;
        }
    }

    /** Stops an array; what went wrong, or null. */
    private IOException end(ServedArray array) {
        String name = array.status().name();
        unannounce(array);
        IOException problem;
        try {
            array.array().close();
            LOG.info("stopped {}", name);
            return null;
        } catch (IOException e) {
            problem = e;
        } catch (RuntimeException e) {
            problem = new IOException(name + ": unexpected " + e, e);
        }
        LOG.error("{} did not stop cleanly: {}", name, problem.getMessage());
        synchronized (this) {
            failure = problem;
        }
        return problem;
    }

    /** Waits until the last array has been stopped. */
    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /**
     * Lets clients' requests end, then stops all arrays cleanly.
     *
     * @throws IOException if some array could not be stopped, now or before; the others are
     */
    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            closeAll();
        }
        awaitStops();
        ended.countDown();
        if (failure != null) {
            throw failure;
        }
    }

    private void closeAll() {
        try {
            server.shutdown(DRAIN);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        arrays.forEach(this::end);
        arrays.clear();
        awaitStops();
        if (control != null) {
            control.close();
        }
    }

    /** A stop that somebody asked for must not be cut off by the end of the process. */
    private synchronized void awaitStops() {
        boolean interrupted = false;
        while (stopping > 0) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
