package dev.ashlar.cli.control;

import dev.ashlar.cli.export.ExportJson;
import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.json.JsonException;
import dev.ashlar.cli.json.JsonObject;
import dev.ashlar.cli.json.JsonWriter;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.ArrayPicture;
import dev.ashlar.cli.show.PictureJson;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.SyncAction;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Speaks to the daemon that serves one array. One connection a call.
 *
 * <p>HTTP is written out by hand: the JDK's client takes longer to load than a whole small command takes to run.
 */
public final class ControlClient {
    private static final int CONNECT_MILLIS = 5_000;
    private static final Duration QUICK = Duration.ofSeconds(20);

    /** Members may have to be opened, superblocks written, clients drained. */
    private static final Duration SLOW = Duration.ofMinutes(5);

    private static final int MAX_REPLY_BYTES = 4 << 20;

    private final Endpoint endpoint;

    /** @param endpoint as found in a run directory */
    public ControlClient(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Where and what. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** The array as it is now. */
    public ArrayStatus status() throws IOException {
        return picture().status();
    }

    /** The array, its exports and their clients as they are now. */
    public ArrayPicture picture() throws IOException {
        return PictureJson.read(call("GET", "status", Map.of(), QUICK));
    }

    /** The array as it is now, and whether no background pass runs or is due. */
    public Progress progress() throws IOException {
        ArrayPicture picture = picture();
        return new Progress(picture.status(), picture.idle());
    }

    /** Declares a member faulty; the status after it. */
    public ArrayStatus fail(String member) throws IOException {
        return post("fail", Map.of("member", member), SLOW);
    }

    /** Detaches a member; the status after it. */
    public ArrayStatus remove(String member) throws IOException {
        return post("remove", Map.of("member", member), SLOW);
    }

    /** Attaches a device; what became of it, in a sentence. */
    public String add(String member, boolean force) throws IOException {
        return call("POST", "add", Map.of("member", member, "force", force), SLOW).text("message");
    }

    /** Starts a check or a repair, or ends it. */
    public ArrayStatus request(SyncAction action) throws IOException {
        return post(action.word(), Map.of(), QUICK);
    }

    /** Serves the array under one more name; the picture after it. */
    public ArrayPicture export(ExportSetting setting) throws IOException {
        return PictureJson.read(call("POST", "export", ExportJson.write(setting), QUICK));
    }

    /** Ends one export; the picture after it. */
    public ArrayPicture unexport(String name) throws IOException {
        return PictureJson.read(call("POST", "unexport", Map.of("name", name), SLOW));
    }

    /** Sets a mark, or begins it anew; the picture after it. */
    public ArrayPicture mark(String name) throws IOException {
        return PictureJson.read(call("POST", "mark", Map.of("name", name), QUICK));
    }

    /** Forgets a mark; the picture after it. */
    public ArrayPicture unmark(String name) throws IOException {
        return PictureJson.read(call("POST", "unmark", Map.of("name", name), QUICK));
    }

    /** Has the daemon read its configuration again; what came of it. */
    public Reloaded reload() throws IOException {
        JsonObject reply = send("POST", "/v1/reload", Map.of(), SLOW);
        return new Reloaded(reply.texts("done"), reply.texts("left"));
    }

    /** Ends all exports and stops the array. */
    public ArrayStatus stop() throws IOException {
        return post("stop", Map.of(), SLOW);
    }

    private ArrayStatus post(String verb, Map<String, Object> body, Duration timeout) throws IOException {
        return PictureJson.read(call("POST", verb, body, timeout)).status();
    }

    private JsonObject call(String method, String verb, Map<String, Object> body, Duration timeout) throws IOException {
        return send(method, "/v1/arrays/" + endpoint.array() + "/" + verb, body, timeout);
    }

    private JsonObject send(String method, String path, Map<String, Object> body, Duration timeout)
            throws IOException {
        byte[] content = JsonWriter.write(body).getBytes(StandardCharsets.UTF_8);
        String head = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer " + endpoint.token() + "\r\nConnection: close\r\nContent-Length: "
                + content.length + "\r\n\r\n";
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()), CONNECT_MILLIS);
            socket.setSoTimeout((int) timeout.toMillis());
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(content);
            socket.getOutputStream().flush();
            return reply(socket.getInputStream().readNBytes(MAX_REPLY_BYTES));
        } catch (ConnectException | SocketTimeoutException e) {
            throw new CommandFailure(ExitCode.IO_ERROR, "the daemon that serves " + endpoint.name()
                    + " does not answer: pid=" + endpoint.pid() + " (" + e.getMessage() + ")");
        }
    }

    private static JsonObject reply(byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0 || !text.startsWith("HTTP/1.1 ")) {
            throw new JsonException("no HTTP reply from the daemon");
        }
        JsonObject json = JsonObject.parse(text.substring(end + 4));
        if (!text.startsWith("HTTP/1.1 200")) {
            throw new CommandFailure((int) json.number("exit_code"), json.text("error"));
        }
        return json;
    }
}
