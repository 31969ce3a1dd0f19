package dev.ashlar.cli.control;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ashlar.cli.export.ExportJson;
import dev.ashlar.cli.json.JsonException;
import dev.ashlar.cli.json.JsonObject;
import dev.ashlar.cli.json.JsonWriter;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.result.Failures;
import dev.ashlar.cli.show.PictureJson;
import dev.ashlar.raid.SyncAction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's control endpoint: {@code GET /v1/arrays}, {@code POST /v1/reload}, {@code GET /v1/arrays/{uuid}/status} and
 * {@code POST /v1/arrays/{uuid}/} with fail, remove, add, check, repair, idle, export, unexport, mark, unmark or stop,
 * on a loopback port.
 *
 * <p>Every request must carry the token. Errors come as {@code {"error": sentence, "exit_code": number}}, so that the
 * verb that asked ends just as it would have ended on a stopped array.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final String PREFIX = "/v1/arrays";
    private static final String RELOAD = "/v1/reload";
    private static final int MAX_BODY_BYTES = 64 << 10;

    private final HttpServer http;
    private final String token = randomToken();
    private final ControlledDaemon daemon;

    private record Reply(int status, Map<String, Object> body) {}

    private ControlServer(HttpServer http, ControlledDaemon daemon) {
        this.http = http;
        this.daemon = daemon;
    }

    /** Starts to listen. The daemon is asked for its arrays again with each request. */
    public static ControlServer start(ControlledDaemon daemon) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ControlServer server = new ControlServer(http, daemon);
        http.createContext("/", server::handle);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.start();
        return server;
    }

    /** The port on the loopback address. */
    public int port() {
        return http.getAddress().getPort();
    }

    /** What callers must know. */
    public String token() {
        return token;
    }

    @Override
    public void close() {
        http.stop(1);
    }

    private static String randomToken() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply;
            try {
                reply = authorized(exchange) ? answer(exchange) : error(401, ExitCode.REFUSED, "wrong token");
            } catch (IOException | RuntimeException e) {
                LOG.debug("control request failed: {} {}", exchange.getRequestMethod(), exchange.getRequestURI(), e);
                int exitCode = Failures.exitCode(e);
                reply = error(exitCode == ExitCode.IO_ERROR ? 500 : 409, exitCode, Failures.sentence(e));
            }
            byte[] body = JsonWriter.write(reply.body()).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private boolean authorized(HttpExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        byte[] expected = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        return header != null && MessageDigest.isEqual(expected, header.getBytes(StandardCharsets.UTF_8));
    }

    private Reply answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        boolean reading = exchange.getRequestMethod().equals("GET");
        if (path.equals(PREFIX) && reading) {
            return new Reply(200, Map.of("arrays", daemon.arrays().stream().map(ControlServer::picture).toList()));
        }
        if (path.equals(RELOAD) && exchange.getRequestMethod().equals("POST")) {
            Reloaded reloaded = daemon.reload();
            return new Reply(200, Map.of("done", reloaded.done(), "left", reloaded.left()));
        }
        String[] parts = path.startsWith(PREFIX + "/") ? path.substring(PREFIX.length() + 1).split("/") : new String[0];
        if (parts.length != 2) {
            return error(404, ExitCode.IO_ERROR, "no such resource: path=" + path);
        }
        for (ControlledArray array : List.copyOf(daemon.arrays())) {
            if (array.uuid().toString().equals(parts[0])) {
                return reading && parts[1].equals("status")
                        ? new Reply(200, picture(array))
                        : act(exchange, array, parts[1]);
            }
        }
        return error(404, ExitCode.IO_ERROR, "the array was stopped: this daemon does not serve it any more");
    }

    private static Reply act(HttpExchange exchange, ControlledArray array, String verb) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            return error(405, ExitCode.IO_ERROR, "wrong method for " + verb);
        }
        JsonObject body = body(exchange);
        String message = "";
        switch (verb) {
            case "fail" -> array.fail(body.text("member"));
            case "remove" -> array.remove(body.text("member"));
            case "add" -> message = array.add(body.text("member"), body.flag("force"));
            case "check" -> array.requestAction(SyncAction.CHECK);
            case "repair" -> array.requestAction(SyncAction.REPAIR);
            case "idle" -> array.requestAction(SyncAction.IDLE);
            case "export" -> array.export(ExportJson.read(body));
            case "unexport" -> array.unexport(body.text("name"));
            case "mark" -> array.mark(body.text("name"));
            case "unmark" -> array.unmark(body.text("name"));
            case "stop" -> array.stop();
            default -> throw new CommandFailure(ExitCode.IO_ERROR, "no such verb: verb=" + verb);
        }
        Map<String, Object> reply = picture(array);
        reply.put("message", message);
        return new Reply(200, reply);
    }

    private static JsonObject body(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            throw new JsonException("longer than " + MAX_BODY_BYTES + " bytes");
        }
        return JsonObject.parse(new String(body, StandardCharsets.UTF_8));
    }

    private static Map<String, Object> picture(ControlledArray array) {
        Map<String, Object> picture = PictureJson.write(array.picture());
        picture.put("pid", ProcessHandle.current().pid());
        return picture;
    }

    private static Reply error(int status, int exitCode, String sentence) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error", sentence);
        body.put("exit_code", exitCode);
        return new Reply(status, body);
    }
}
