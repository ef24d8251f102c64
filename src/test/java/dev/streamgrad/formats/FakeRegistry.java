package dev.streamgrad.formats;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Answers as a registry does, or as one that is out of order. */
final class FakeRegistry implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    record Answer(int status, String body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Answer toEverything;
    private volatile boolean silent;
    private volatile String authorization = "";

    FakeRegistry() {
        this(null, 0);
    }

    FakeRegistry(@Nullable SSLContext tls, int port) {
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            if (tls == null) {
                server = HttpServer.create(address, 0);
            } else {
                HttpsServer secure = HttpsServer.create(address, 0);
                secure.setHttpsConfigurator(new HttpsConfigurator(tls));
                server = secure;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return (server instanceof HttpsServer ? "https" : "http") + "://localhost:" + port();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Has a schema under this path, and what it refers to by name, subject and version. */
    void has(String path, String schema, String... references) {
        ObjectNode body = JSON.createObjectNode().put("schema", schema);
        for (String reference : references) {
            String[] parts = reference.split(" ", -1);
            body.withArray("references")
                    .addObject()
                    .put("name", parts[0])
                    .put("subject", parts[1])
                    .put("version", Integer.parseInt(parts[2]));
        }
        answers.put(path, new Answer(200, body.toString()));
    }

    void has(int id, Schema schema) {
        has("/schemas/ids/" + id, schema.toString());
    }

    void answers(String path, int status, String body) {
        answers.put(path, new Answer(status, body));
    }

    /** What everything is answered with; null is with what it has. */
    void answersEverything(@Nullable Answer answer) {
        toEverything = answer;
    }

    /** Whether it takes questions and never answers. */
    void isSilent(boolean now) {
        silent = now;
    }

    /** The header that every request must have. */
    void requires(String header) {
        authorization = header;
    }

    List<String> asked() {
        return List.copyOf(asked);
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestURI().toString());
        if (silent) {
            return;
        }
        Answer all = toEverything;
        Answer answer = all != null
                ? all
                : answers.getOrDefault(
                        exchange.getRequestURI().toString(),
                        new Answer(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}"));
        if (!authorization.isEmpty()
                && !authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            answer = new Answer(401, "{\"error_code\":401,\"message\":\"Unauthorized\"}");
        }
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        if (answer.status() == 302) {
            exchange.getResponseHeaders().set("Location", answer.body());
        }
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
