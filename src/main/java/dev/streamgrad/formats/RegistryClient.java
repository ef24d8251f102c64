package dev.streamgrad.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.settings.RegistryAccess;
import dev.streamgrad.settings.SettingsException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks a schema registry for what it has. It is Confluent's interface of HTTP, which Karapace and Apicurio have too;
 * the two or three GETs that reading takes are no reason for a client library, and Confluent's is not on Maven Central.
 *
 * <p>There are three kinds of answers. The thing itself. That the registry does not have it, in its own words: a 404
 * with one of its error codes. Everything else, a 404 of something that is no registry among it, is a fault that may
 * pass: no answer, another status, what is no JSON.
 *
 * <p>No redirect is followed, because password and trust are for the address that was set. Thread-safe.
 */
final class RegistryClient {
    /** The registry's codes for a subject, a version and a schema that it does not have. */
    private static final Set<Integer> NOT_THERE = Set.of(40401, 40402, 40403);

    /** The largest answer that is taken for one. */
    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<URI> urls;
    private final Optional<String> authorization;
    private final HttpClient http;
    private final Duration patience;
    /** Where an answer came from last. */
    private volatile int preferred;

    /**
     * A client, which connects when it is asked.
     *
     * @param patience how long an answer is waited for
     * @throws SettingsException if keys or certificates cannot be read
     */
    RegistryClient(RegistryAccess access, Duration patience) {
        this.urls = access.urls();
        this.patience = patience;
        this.authorization = access.basicAuth()
                .map(Password::value)
                .map(pair -> "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        HttpClient.Builder builder = HttpClient.newBuilder()
                .connectTimeout(patience)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER);
        if (!access.tls().isEmpty()) {
            builder.sslContext(tls(access.tls()));
        }
        this.http = builder.build();
    }

    /** As Kafka's own clients make it, of settings of the same names. */
    private static SSLContext tls(Map<String, Object> settings) {
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            factory.configure(new ConfigDef().withClientSslSupport().parse(settings));
            return factory.sslContext();
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new SettingsException(
                    "schema.registry.ssl.* must name files that can be read with their passwords; got "
                            + BadRecordException.oneLine(e.getMessage() + " (" + cause.getMessage() + ")")
                            + "; check locations, types and passwords");
        }
    }

    /**
     * What the registry has under this path; null if it says that it has no such thing.
     *
     * @param end completed when nobody waits any more
     */
    @Nullable
    JsonNode get(String path, CompletableFuture<?> end) throws UnavailableException {
        List<String> faults = new ArrayList<>();
        int first = preferred;
        for (int i = 0; i < urls.size(); i++) {
            int index = (first + i) % urls.size();
            try {
                JsonNode answer = ask(urls.get(index), path, end);
                preferred = index;
                return answer.isMissingNode() ? null : answer;
            } catch (IOException e) {
                faults.add(urls.get(index) + path + ": " + BadRecordException.oneLine(whatIsWrong(e)));
            }
        }
        throw new UnavailableException(
                "the schema registry must answer with what it has; got " + String.join(", and ", faults));
    }

    private static String whatIsWrong(IOException fault) {
        // Some have no message, such as that of a refused connection.
        String message = fault.getMessage();
        return fault.getClass() == IOException.class && message != null
                ? message
                : fault.getClass().getSimpleName() + (message == null ? "" : " (" + message + ")");
    }

    /** The answer, as JSON; missing if the registry does not have it. */
    private JsonNode ask(URI url, String path, CompletableFuture<?> end) throws IOException {
        HttpResponse<byte[]> response = send(url, path, end);
        if (response.statusCode() == 200) {
            try {
                return JSON.readTree(response.body());
            } catch (IOException e) {
                throw new IOException("an answer that is no JSON: "
                        + BadRecordException.shown(new String(response.body(), StandardCharsets.UTF_8)));
            }
        }
        JsonNode error = errorIn(response.body());
        if (response.statusCode() == 404
                && (NOT_THERE.contains(error.path("error_code").asInt()) || isWithoutGuids(url, path, end))) {
            return JSON.missingNode();
        }
        throw new IOException("HTTP " + response.statusCode() + hint(response)
                + (error.hasNonNull("message")
                        ? " (" + BadRecordException.shown(error.get("message").asText()) + ")"
                        : ""));
    }

    private String hint(HttpResponse<?> response) {
        return switch (response.statusCode()) {
            case 301, 302, 303, 307, 308 -> ", which sends elsewhere: set schema.registry.url to where it is";
            case 401, 403 ->
                authorization.isPresent() ? ": check schema.registry.basic.auth" : ": set schema.registry.basic.auth";
            case 404 -> ", not from a schema registry: check the path in schema.registry.url";
            default -> "";
        };
    }

    private static JsonNode errorIn(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            return JSON.missingNode();
        }
    }

    /** Whether this is a registry, but an older one that does not know what a GUID is. */
    private boolean isWithoutGuids(URI url, String path, CompletableFuture<?> end) throws IOException {
        if (!path.startsWith("/schemas/guids/")) {
            return false;
        }
        HttpResponse<byte[]> types = send(url, "/schemas/types", end);
        return types.statusCode() == 200 && errorIn(types.body()).isArray();
    }

    private HttpResponse<byte[]> send(URI url, String path, CompletableFuture<?> end) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Accept", "application/vnd.schemaregistry.v1+json, application/json");
        authorization.ifPresent(value -> request.header("Authorization", value));
        CompletableFuture<HttpResponse<byte[]>> response =
                http.sendAsync(request.build(), info -> new BoundedBody(MOST_BYTES));
        try {
            // The request's own timeout would end when the headers have come.
            CompletableFuture.anyOf(response, end).get(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (!response.isDone()) {
                throw new IOException("no answer before the end");
            }
            return response.get();
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            // Whoever pauses before the next try sees it.
            Thread.currentThread().interrupt();
            throw new IOException("no answer before an interrupt", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } finally {
            // Without effect if it has come.
            var unused = response.cancel(true);
        }
    }
}
