package dev.streamgrad.http;

import com.sun.net.httpserver.HttpExchange;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.ModelName;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What is asked for.
 *
 * @param method the method
 * @param segments the path between its slashes, still percent-encoded; that of {@code /} is one empty segment
 * @param query the pairs after the question mark, still percent-encoded
 */
record Request(String method, List<String> segments, List<String> query) {
    Request {
        segments = List.copyOf(segments);
        query = List.copyOf(query);
    }

    static Request of(HttpExchange exchange) {
        String path = exchange.getRequestURI().getRawPath();
        String query = exchange.getRequestURI().getRawQuery();
        return new Request(
                exchange.getRequestMethod(),
                List.of((path == null ? "" : path).replaceFirst("^/", "").split("/", -1)),
                query == null ? List.of() : List.of(query.split("&", -1)));
    }

    String path() {
        return "/" + String.join("/", segments);
    }

    /**
     * Requires a method; whoever may GET may ask for the HEAD alone.
     *
     * @throws RefusedException if it is another
     */
    void require(String required) throws RefusedException {
        if (!method.equals(required) && !(required.equals("GET") && method.equals("HEAD"))) {
            throw new RefusedException(
                    405, "method must be " + required + " here; got " + BadRecordException.shown(method));
        }
    }

    /** Whether only this instance is asked, by another one. */
    boolean isLocal() {
        return parameter("local").isPresent();
    }

    /** A parameter of the query. */
    Optional<String> parameter(String name) {
        for (String pair : query) {
            if (pair.equals(name) || pair.startsWith(name + "=")) {
                return Optional.of(decoded(pair.substring(Math.min(pair.length(), name.length() + 1))));
            }
        }
        return Optional.empty();
    }

    /**
     * The model's name in a segment.
     *
     * @throws RefusedException if none can have that name
     */
    String modelName(int segment) throws RefusedException {
        // A plus in a path is a plus.
        String name = decoded(segments.get(segment).replace("+", "%2B"));
        try {
            return ModelName.of(name.getBytes(StandardCharsets.UTF_8));
        } catch (BadRecordException e) {
            throw new RefusedException(400, e.text());
        }
    }

    /** The JDK's server refuses what is not percent-encoded right. */
    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
