package dev.ashlar.cli.serve;

import dev.ashlar.cli.control.ControlServer;
import dev.ashlar.cli.control.ControlledDaemon;
import dev.ashlar.cli.control.Endpoint;
import dev.ashlar.cli.control.Reloaded;
import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.members.SetNames;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.result.Failures;
import dev.ashlar.cli.serve.ServeConfig.ArrayExport;
import dev.ashlar.raid.array.RaidArray;
import dev.ashlar.raid.parity.Parity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
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
public final class Daemon implements ControlledDaemon, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final RunDirectory run;
    private final ConfigSource source;
    private final ReentrantLock reloading = new ReentrantLock();
    private final List<ServedArray> arrays = new CopyOnWriteArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private ServeConfig started;
    private ServeConfig holding;
    private ConfiguredServer server;
    private ControlServer control;
    private volatile boolean withLastClient;
    private int stopping;
    private IOException failure;
    private boolean closed;

    /** A daemon that serves nothing yet, and cannot read its configuration again. */
    public Daemon(RunDirectory run) {
        this(run, null);
    }

    /**
     * A daemon that serves nothing yet.
     *
     * @param source asked whenever the configuration is to be read again; null if there is nothing to read
     */
    public Daemon(RunDirectory run, ConfigSource source) {
        this.run = run;
        this.source = source;
    }

    /** A daemon that serves all that is asked for. */
    public static Daemon start(ServeConfig config, RunDirectory run) throws IOException {
        Daemon daemon = new Daemon(run);
        daemon.start(config);
        return daemon;
    }

    /** Lets {@link #awaitEnd} return when clients have come and the last of them has left. To be said before the start. */
    public void endWithLastClient() {
        withLastClient = true;
    }

    /** Opens the arrays, exports them, and listens; to be called once. Closes itself when that fails. */
    public void start(ServeConfig config) throws IOException {
        try {
            List<Opening> openings = Openings.of(config.arrays(), run);
            begin(config);
            for (ArrayExport export : config.exports()) {
                server.requireReachable(export);
            }
            for (Opening opening : openings) {
                open(opening, config);
            }
            checkExports(config.exports());
            listen();
        } catch (IOException | RuntimeException e) {
            try {
                close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private synchronized void begin(ServeConfig config) throws IOException {
        requireNotClosed();
        ServerSetting setting = config.server();
        started = config;
        holding = config;
        if (setting.parity() != null) {
            Parity.use(setting.parity());
        }
        Addresses.requireFree(setting.listening().certain(System.getenv("LISTEN_FDS") != null));
        server = new ConfiguredServer(setting);
        if (withLastClient) {
            server.whenClientsHaveLeft(ended::countDown);
        }
    }

    private void requireNotClosed() throws CommandFailure {
        if (closed) {
            throw new CommandFailure(ExitCode.IO_ERROR, "the daemon was told to end");
        }
    }

    /** Under the lock, so that {@link #close} finds the array either not opened or among those to be closed. */
    private synchronized void open(Opening opening, ServeConfig config) throws IOException {
        requireNotClosed();
        String name = opening.found().name();
        List<ExportSetting> settings = config.exportsOf(name);
        requireFree(settings);
        RaidArray raid = RaidArray.open(opening.paths(), opening.options());
        raid.status().warnings().forEach(warning -> LOG.warn("{}: {}", name, warning));
        ServedArray array = new ServedArray(this, server, raid);
        arrays.add(array);
        for (ExportSetting setting : settings) {
            array.serve(setting);
        }
    }

    private void requireFree(List<ExportSetting> settings) throws CommandFailure {
        Set<String> taken = new HashSet<>();
        arrays.forEach(array -> taken.addAll(array.exportNames()));
        for (ExportSetting setting : settings) {
            if (!taken.add(setting.name())) {
                throw new CommandFailure(ExitCode.USAGE, "two exports would be called '" + setting.name()
                        + "': an [[export]] in a configuration file can name one of them otherwise");
            }
        }
    }

    private void checkExports(List<ArrayExport> exports) throws CommandFailure {
        for (ArrayExport export : exports) {
            if (arrays.stream().noneMatch(array -> SetNames.matches(array.name(), export.array()))) {
                throw new CommandFailure(ExitCode.USAGE, export.where() + "no array is called '" + export.array() + "', which export '"
                        + export.setting().name() + "' names");
            }
        }
    }

    private synchronized void listen() throws IOException {
        requireNotClosed();
        server.listen();
        control = ControlServer.start(this);
        for (ServedArray array : arrays) {
            announce(array);
            LOG.info("serving {} as '{}'", array.name(), String.join("', '", array.exportNames()));
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
                    array.name(),
                    array.exportNames(),
                    self.pid(),
                    Endpoint.startedMillis(self),
                    control.port(),
                    control.token(),
                    array.memberPaths(),
                    array.uris()));
        } catch (IOException e) {
            LOG.warn("verbs will not find {}: {}", array.name(), e.getMessage());
        }
    }

    @Override
    public List<ServedArray> arrays() {
        return arrays;
    }

    @Override
    public Reloaded reload() throws IOException {
        if (source == null) {
            throw new CommandFailure(ExitCode.USAGE, "the daemon was started without --config: there is nothing to reload");
        }
        reloading.lock();
        try {
            Reloaded reloaded = planned(source).apply();
            arrays.forEach(this::announce);
            LOG.info("configuration reloaded: {}", reloaded.sentence());
            return reloaded;
        } finally {
            reloading.unlock();
        }
    }

    private Reload planned(ConfigSource from) throws IOException {
        try {
            ServeConfig wanted = from.read();
            synchronized (this) {
                requireNotClosed();
                if (control == null) {
                    throw new CommandFailure(ExitCode.IO_ERROR, "the daemon is still starting");
                }
                Reload reload = new Reload(server, arrays, started, holding, wanted);
                reload.plan();
                holding = wanted;
                return reload;
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("configuration not reloaded, and nothing has changed: {}", Failures.sentence(e));
            throw e;
        }
    }

    /** Where all arrays are found. */
    public List<String> uris() {
        return arrays.stream().flatMap(array -> array.uris().stream()).toList();
    }

    /** Where metrics are told over HTTP; empty for nowhere. */
    public synchronized Optional<InetSocketAddress> metricsAddress() {
        return Optional.ofNullable(server == null ? null : server.metricsAddress());
    }

    /** Serves an array under one more name. */
    synchronized void export(ServedArray array, ExportSetting setting) throws CommandFailure {
        if (!arrays.contains(array)) {
            throw new CommandFailure(ExitCode.USAGE, "the array is being stopped");
        }
        array.serve(setting);
        announce(array);
    }

    /** Before the array is closed: afterwards the file may be that of another daemon. */
    private void unannounce(ServedArray array) {
        try {
            run.remove(array.uuid());
        } catch (IOException | RuntimeException e) {
            LOG.warn("the control file of {} stays: {}", array.uuid(), e.toString());
        }
    }

    /** Ends an array's exports and stops it; the daemon ends with the last one. */
    void stop(ServedArray array) throws IOException {
        synchronized (this) {
            requireNotClosed();
            if (!arrays.remove(array)) {
                return;
            }
            stopping++;
        }
        try {
            array.endExports();
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
        String name = array.name();
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

    /** Waits until the last array has been stopped, or the last client has left where that is an end. */
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
            if (server != null) {
                server.shutdown();
            }
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
