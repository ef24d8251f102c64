package dev.streamgrad.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.app.ServedModels;
import dev.streamgrad.app.ServedModels.UnavailableException;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.metrics.LearnerMetrics;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.ModelName;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.streams.KafkaStreams.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP of a learner: {@code /metrics}, {@code /healthz}, {@code /readyz}, {@code /models}, {@code /models/NAME} and
 * {@code POST /models/NAME/predict}.
 *
 * <p>It has a few threads of its own and bounded queues, so whatever comes in here, the learning goes on. Any instance
 * answers for the whole application: it asks the one that has the model.
 */
public final class LearnerServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LearnerServer.class);
    private static final int THREADS = 4;
    private static final int WAITING = 64;
    /** Weights are shown of networks up to this size. */
    private static final int MOST_WEIGHTS = 10_000;

    private static final int MOST_NAMES = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static {
        // Of the JDK's server: how many seconds a request and its answer may take; a slow client loses its connection.
        setIfAbsent("sun.net.httpserver.maxReqTime", "10");
        setIfAbsent("sun.net.httpserver.maxRspTime", "30");
        setIfAbsent("jdk.httpserver.maxConnections", "200");
    }

    private final HttpServer http;
    private final ThreadPoolExecutor threads;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final Settings settings;
    private final LearnerMetrics metrics;
    private volatile @Nullable LearnerApp app;

    private LearnerServer(Settings settings, LearnerMetrics metrics, HttpServer http) {
        this.settings = settings;
        this.metrics = metrics;
        this.http = http;
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "streamgrad-http-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * Begins to answer, before there is a learner: it is live, and not ready.
     *
     * @throws StartException if the address cannot be had
     */
    public static LearnerServer start(Settings settings, LearnerMetrics metrics) throws StartException {
        HttpServer http;
        try {
            http = HttpServer.create(new InetSocketAddress(settings.httpHost(), settings.httpPort()), 50);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartException(
                    "http.port " + settings.httpPort() + " must be free on http.host " + settings.httpHost() + "; "
                            + e.getMessage() + "; set another http.port, 0 for any, or -1 for none",
                    e);
        }
        LearnerServer server = new LearnerServer(settings, metrics, http);
        http.createContext("/", server::handle);
        http.setExecutor(server.threads);
        http.start();
        return server;
    }

    /** Answers for this learner from now on. */
    public void serve(LearnerApp learner) {
        app = learner;
    }

    /** The port it listens on. */
    public int port() {
        return http.getAddress().getPort();
    }

    /** Where a person on this machine finds it. */
    public String url() {
        String host = settings.httpHost();
        return "http://" + (host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host) + ":" + port();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }

    /** What is answered. */
    private static final class Answer {
        private final int status;
        private final String type;
        private final byte[] body;

        Answer(int status, String type, byte[] body) {
            this.status = status;
            this.type = type;
            this.body = body;
        }

        static Answer line(int status, String line) {
            return new Answer(status, TEXT, (line + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A request that is answered with an error. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;

        RefusedException(int status, String line) {
            super(line);
            this.status = status;
        }
    }

    private void handle(HttpExchange exchange) {
        try (exchange) {
            Answer answer;
            try {
                answer = answer(exchange);
            } catch (RefusedException e) {
                answer = Answer.line(e.status, String.valueOf(e.getMessage()));
            } catch (UnavailableException e) {
                answer = Answer.line(503, String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                LOG.warn("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
                answer = Answer.line(500, "this request failed; the log says why");
            }
            exchange.getResponseHeaders().set("Content-Type", answer.type);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status, head ? -1 : answer.body.length);
            if (!head) {
                exchange.getResponseBody().write(answer.body);
            }
        } catch (IOException e) {
            LOG.debug("A client went away", e);
        }
    }

    private Answer answer(HttpExchange exchange) throws RefusedException, UnavailableException, IOException {
        String path = exchange.getRequestURI().getRawPath();
        String method = exchange.getRequestMethod();
        if (path == null) {
            path = "/";
        }
        boolean predicts = path.startsWith("/models/") && path.endsWith("/predict");
        if (predicts ? !method.equals("POST") : !method.equals("GET") && !method.equals("HEAD")) {
            throw new RefusedException(
                    405,
                    "method must be " + (predicts ? "POST" : "GET") + " here; got " + BadRecordException.shown(method));
        }
        if (predicts) {
            String name = name(path.substring("/models/".length(), path.length() - "/predict".length()));
            return predict(name, body(exchange), isLocal(exchange));
        }
        if (path.startsWith("/models/") && path.length() > "/models/".length()) {
            return model(name(path.substring("/models/".length())), isLocal(exchange));
        }
        return switch (path) {
            case "/metrics" ->
                new Answer(
                        200,
                        "text/plain; version=0.0.4; charset=utf-8",
                        metrics.scrape().getBytes(StandardCharsets.UTF_8));
            case "/healthz" -> healthz();
            case "/readyz" -> readyz();
            case "/models", "/models/" -> models(exchange);
            case "/" -> Answer.line(200, "/metrics /healthz /readyz /models /models/NAME; POST /models/NAME/predict");
            default ->
                throw new RefusedException(
                        404,
                        "there is no " + BadRecordException.shown(path)
                                + "; there are /metrics, /healthz, /readyz, /models, /models/NAME and, to POST,"
                                + " /models/NAME/predict");
        };
    }

    /** Live is what need not be killed: restoring and rebalancing are, and waiting for a broker is. */
    private Answer healthz() {
        LearnerApp learner = app;
        boolean dead = learner != null
                && (learner.hasStopped() || learner.state() == State.ERROR || learner.state() == State.NOT_RUNNING);
        return dead ? Answer.line(503, "stopped") : Answer.line(200, "live");
    }

    private Answer readyz() {
        LearnerApp learner = app;
        if (learner == null) {
            return Answer.line(503, "not ready: waiting for a broker");
        }
        boolean ready = learner.state() == State.RUNNING && !learner.hasStopped();
        return ready ? Answer.line(200, "ready") : Answer.line(503, "not ready: " + learner.state());
    }

    private ServedModels models() throws RefusedException {
        LearnerApp learner = app;
        if (learner == null) {
            throw new RefusedException(503, "the learner has not started yet; try again in a moment");
        }
        return learner.models();
    }

    private static boolean isLocal(HttpExchange exchange) throws RefusedException {
        return query(exchange, "local").isPresent();
    }

    private static Optional<String> query(HttpExchange exchange, String name) throws RefusedException {
        String query = exchange.getRequestURI().getRawQuery();
        for (String pair : query == null ? new String[0] : query.split("&", -1)) {
            if (pair.equals(name) || pair.startsWith(name + "=")) {
                return Optional.of(decode(pair.substring(Math.min(pair.length(), name.length() + 1))));
            }
        }
        return Optional.empty();
    }

    private static String decode(String text) throws RefusedException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    400, "the address must be percent-encoded UTF-8; got " + BadRecordException.shown(text));
        }
    }

    private static String name(String encoded) throws RefusedException {
        // A plus in a path is a plus.
        String name = decode(encoded.replace("+", "%2B"));
        try {
            return ModelName.of(name.getBytes(StandardCharsets.UTF_8));
        } catch (BadRecordException e) {
            throw new RefusedException(400, e.text());
        }
    }

    private Answer models(HttpExchange exchange) throws RefusedException, UnavailableException {
        int limit = limit(query(exchange, "limit").orElse("100"));
        String after = query(exchange, "after").orElse("");
        ServedModels served = models();
        Set<String> names = new TreeSet<>(ServedModels.ORDER);
        names.addAll(served.names(after, limit + 1));
        boolean more = false;
        if (!isLocal(exchange)) {
            for (String other : served.others()) {
                Answer answer = ask(
                        other,
                        "/models?local&limit=" + limit + "&after=" + URLEncoder.encode(after, StandardCharsets.UTF_8),
                        null);
                JsonNode page = parse(other, answer);
                page.path("models").forEach(name -> names.add(name.asText()));
                more |= page.path("more").asBoolean();
            }
        }
        List<String> shown = names.stream().limit(limit).toList();
        ObjectNode json = MAPPER.createObjectNode();
        ArrayNode array = json.putArray("models");
        shown.forEach(array::add);
        json.put("more", more || names.size() > shown.size());
        return new Answer(200, JSON, (json + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode parse(String other, Answer answer) throws RefusedException {
        try {
            if (answer.status == 200) {
                return MAPPER.readTree(answer.body);
            }
        } catch (IOException e) {
            LOG.debug("Not JSON from {}", other, e);
        }
        throw new RefusedException(502, "the instance at " + other + " did not answer for its models; try again");
    }

    private static int limit(String text) throws RefusedException {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MOST_NAMES) {
                return limit;
            }
        } catch (NumberFormatException e) {
            LOG.debug("Not a limit", e);
        }
        throw new RefusedException(
                400, "limit must be from 1 to " + MOST_NAMES + "; got " + BadRecordException.shown(text));
    }

    private Answer model(String name, boolean local) throws RefusedException, UnavailableException {
        ServedModels served = models();
        Optional<String> elsewhere = local ? Optional.empty() : served.elsewhere(name);
        if (elsewhere.isPresent()) {
            return ask(elsewhere.get(), "/models/" + encode(name) + "?local", null);
        }
        Model model = served.model(name).orElseThrow(() -> unknown(name));
        return new Answer(200, JSON, Snapshot.describe(name, model, MOST_WEIGHTS));
    }

    private static RefusedException unknown(String name) {
        return new RefusedException(
                404,
                "model must have learned a sample; there is none named " + BadRecordException.shown(name)
                        + "; see /models");
    }

    private byte[] body(HttpExchange exchange) throws IOException, RefusedException {
        byte[] body;
        try {
            body = exchange.getRequestBody().readNBytes(settings.largestSample() + 1);
        } catch (RuntimeException e) {
            // The JDK's server throws them for impossible chunk sizes.
            throw new RefusedException(400, "body must be as long as its headers say; got something else");
        }
        if (body.length > settings.largestSample()) {
            throw new RefusedException(
                    413, "body must have at most " + settings.largestSample() + " bytes (max.record.bytes); got more");
        }
        return body;
    }

    private Answer predict(String name, byte[] body, boolean local) throws RefusedException, UnavailableException {
        ServedModels served = models();
        Optional<String> elsewhere = local ? Optional.empty() : served.elsewhere(name);
        if (elsewhere.isPresent()) {
            return ask(elsewhere.get(), "/models/" + encode(name) + "/predict?local", body);
        }
        Model model = served.model(name).orElseThrow(() -> unknown(name));
        SampleReader sample = new SampleReader(model.spec());
        try {
            sample.read(body);
        } catch (BadRecordException e) {
            throw new RefusedException(400, e.text());
        }
        if (sample.hasLabel()) {
            throw new RefusedException(
                    400,
                    "label must not be there, because nothing is trained here; send samples to the topic "
                            + settings.samplesTopic());
        }
        Learner learner = new Learner(model.spec());
        double[] prediction = learner.predict(model, sample.features());
        if (!learner.predictionIsFinite()) {
            throw new RefusedException(422, "features must give a finite prediction; scale them down");
        }
        ObjectNode json = MAPPER.createObjectNode();
        if (sample.id() != null) {
            json.put("id", sample.id());
        }
        ArrayNode array = json.putArray("prediction");
        for (double output : prediction) {
            array.add(output);
        }
        json.put("version", model.version());
        return new Answer(200, JSON, (json + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Asks another instance, and hands its answer on. */
    private Answer ask(String address, String pathAndQuery, byte @Nullable [] body) throws RefusedException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + pathAndQuery))
                    .timeout(PATIENCE);
            if (body != null) {
                request.POST(BodyPublishers.ofByteArray(body));
            }
            HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(TEXT),
                    response.body());
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("No answer from {}", address, e);
            throw new RefusedException(
                    502,
                    "the instance at " + address
                            + " has this and does not answer; try again, or see its http.advertised");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(503, "stopping");
        }
    }
}
