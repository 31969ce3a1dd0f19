package dev.ashlar.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * Answers {@code GET /metrics} over HTTP, and nothing else. There is no authentication: whoever reaches the address may
 * read, and nobody may change anything.
 */
final class MetricsEndpoint implements AutoCloseable {
    private static final String PATH = "/metrics";

    private final HttpServer http;
    private final String mediaType;
    private final Source source;

    /** What is told. */
    @FunctionalInterface
    interface Source {
        /** Writes everything of this moment. */
        void write(Appendable out) throws IOException;
    }

    private MetricsEndpoint(HttpServer http, String mediaType, Source source) {
        this.http = http;
        this.mediaType = mediaType;
        this.source = source;
    }

    /**
     * Starts to listen.
     *
     * @throws BindException naming the address, if it cannot be had
     */
    static MetricsEndpoint start(HostPort where, String mediaType, Source source) throws IOException {
        InetSocketAddress address = new InetSocketAddress(where.host(), where.port());
        if (address.isUnresolved()) {
            throw new UnknownHostException("no address for this host: host=" + where.host());
        }
        HttpServer http;
        try {
            http = HttpServer.create(address, 0);
        } catch (BindException e) {
            BindException named = new BindException(
                    "cannot tell metrics at " + where.host() + ":" + where.port() + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        }
        MetricsEndpoint endpoint = new MetricsEndpoint(http, mediaType, source);
        http.createContext("/", endpoint::handle);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.start();
        return endpoint;
    }

    /** With the port in use. */
    InetSocketAddress address() {
        return http.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                reply(exchange, 404, "text/plain; charset=utf-8", "only " + PATH + " is here\n");
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                reply(exchange, 405, "text/plain; charset=utf-8", "only GET is answered\n");
            } else {
                StringBuilder text = new StringBuilder();
                source.write(text);
                reply(exchange, 200, mediaType, text.toString());
            }
        }
    }

    private static void reply(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
