package dev.streamgrad.http;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the other instances of the application.
 *
 * <p>No thread waits for them. Were it otherwise, two instances whose threads all ask the other one would stand still:
 * none would have a thread left to answer with. What is asked is marked {@code local}, so nobody who is asked asks on.
 */
final class OtherInstances implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OtherInstances.class);

    /** How many answers are waited for at once: each may hold a request and an answer in memory. */
    static final int MOST_AT_ONCE = 64;

    private final Duration patience;
    private final Semaphore room = new Semaphore(MOST_AT_ONCE);
    private final ExecutorService threads =
            Executors.newFixedThreadPool(2, ClientThreads.daemons("streamgrad-http-ask"));
    private final HttpClient client;

    OtherInstances(Duration patience) {
        this.patience = patience;
        this.client = HttpClient.newBuilder()
                .connectTimeout(patience)
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads)
                .build();
    }

    /**
     * What an instance answers; in its place 502 if it does not, and 503 if too many are being waited for. It comes on
     * a thread that must not be made to wait.
     *
     * @param address HOST:PORT, as the instance advertises it
     * @param body what to POST; nothing is a GET
     */
    CompletableFuture<Answer> ask(String address, String pathAndQuery, byte @Nullable [] body) {
        HttpRequest request;
        try {
            HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create("http://" + address + pathAndQuery))
                    .timeout(patience);
            request = (body == null
                            ? builder
                            : builder.header("Content-Type", Answer.JSON).POST(BodyPublishers.ofByteArray(body)))
                    .build();
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(silent(address, e));
        }
        if (!room.tryAcquire()) {
            return CompletableFuture.completedFuture(Answer.line(
                    503, "too many requests wait for other instances; try again in a moment, or ask " + address));
        }
        CompletableFuture<HttpResponse<byte[]>> response = client.sendAsync(request, BodyHandlers.ofByteArray());
        // The request's own timeout ends when the headers have come.
        return response.copy()
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .handle((answered, failure) -> {
                    room.release();
                    // Without effect if it has come.
                    var unused = response.cancel(true);
                    return failure == null
                            ? new Answer(
                                    answered.statusCode(),
                                    answered.headers()
                                            .firstValue("Content-Type")
                                            .orElse(Answer.TEXT),
                                    answered.body(),
                                    answered.headers()
                                            .firstValue(Answer.DISPOSITION)
                                            .orElse(null))
                            : silent(address, failure);
                });
    }

    /** The answer of the one instance that has the model; of any, if none has. */
    CompletableFuture<Answer> askWhoeverHasIt(List<String> addresses, String pathAndQuery, byte @Nullable [] body) {
        List<CompletableFuture<Answer>> asked = addresses.stream()
                .map(address -> ask(address, pathAndQuery, body))
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> asked.stream()
                        .map(CompletableFuture::join)
                        // A model that an instance has not is 404 there.
                        .min(Comparator.comparing(answer -> answer.status() == 404))
                        .orElseThrow());
    }

    private static Answer silent(String address, Throwable failure) {
        LOG.debug("No answer from {}", address, failure);
        return Answer.line(
                502,
                "the instance at " + address + " has this and does not answer; try again, or see its http.advertised");
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
