package dev.streamgrad.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is answered: a status, and a whole body, so that nothing is held while it is sent. */
final class Answer {
    static final String JSON = "application/json";
    static final String TEXT = "text/plain; charset=utf-8";

    static final String DISPOSITION = "Content-Disposition";

    private static final Logger LOG = LoggerFactory.getLogger(Answer.class);

    private final int status;
    private final String type;
    private final byte[] body;
    /** How whoever keeps it should: the header {@code Content-Disposition}; null says nothing. */
    private final @Nullable String disposition;
    /** Further headers. */
    private final Map<String, String> headers;

    Answer(int status, String type, byte[] body) {
        this(status, type, body, null);
    }

    Answer(int status, String type, byte[] body, @Nullable String disposition) {
        this(status, type, body, disposition, Map.of());
    }

    private Answer(int status, String type, byte[] body, @Nullable String disposition, Map<String, String> headers) {
        this.status = status;
        this.type = type;
        this.body = body;
        this.disposition = disposition;
        this.headers = Map.copyOf(headers);
    }

    /** This answer with these headers instead of further ones that it had. */
    Answer with(Map<String, String> further) {
        return new Answer(status, type, body, disposition, further);
    }

    static Answer line(int status, String line) {
        return new Answer(status, TEXT, (line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static Answer json(JsonNode json) {
        return new Answer(200, JSON, (json + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Nothing to say. */
    static Answer none() {
        return new Answer(204, TEXT, new byte[0]);
    }

    int status() {
        return status;
    }

    byte[] body() {
        return body;
    }

    /** Sends it and ends the exchange; on a thread that may wait for the client. */
    void send(HttpExchange exchange) {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            if (disposition != null) {
                exchange.getResponseHeaders().set(DISPOSITION, disposition);
            }
            headers.forEach(exchange.getResponseHeaders()::set);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            boolean none = head || status == 204;
            exchange.sendResponseHeaders(status, none ? -1 : body.length);
            if (!none) {
                exchange.getResponseBody().write(body);
            }
        } catch (IOException e) {
            LOG.debug("A client went away", e);
        }
    }
}
