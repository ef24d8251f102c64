package dev.streamgrad.http;

import com.sun.management.UnixOperatingSystemMXBean;
import com.sun.net.httpserver.HttpServer;
import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.metrics.LearnerMetrics;
import dev.streamgrad.settings.HostAndPort;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * HTTP of a learner: {@code /metrics}, {@code /healthz}, {@code /readyz}, {@code /models}, {@code /models/NAME} and
 * {@code POST /models/NAME/predict}. The package says how it works.
 */
public final class HttpApi implements AutoCloseable {
    private static final int HEADER_THREADS = 128;
    private static final int METRICS_THREADS = 4;
    private static final int MODELS_THREADS = 16;
    private static final int QUEUED = 256;
    private static final int BACKLOG = 1_024;
    private static final int MOST_CONNECTIONS = 4_096;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    static {
        // The JDK's server reads these once, when its classes are loaded, so nothing may load them before.
        // Without it, headers and body are two packets, and the second waits for the client's delayed acknowledgement.
        setIfAbsent("sun.net.httpserver.nodelay", "true");
        // Seconds for a request and for its answer. The server also forgets connections that were closed in between
        // only by these.
        setIfAbsent("sun.net.httpserver.maxReqTime", "10");
        setIfAbsent("sun.net.httpserver.maxRspTime", "30");
        setIfAbsent("jdk.httpserver.maxConnections", Long.toString(mostConnections()));
    }

    private final HttpServer server;
    private final Settings settings;
    private final ClientThreads headers = new ClientThreads("streamgrad-http", HEADER_THREADS, Integer.MAX_VALUE);
    private final ClientThreads scrapes = new ClientThreads("streamgrad-http-metrics", METRICS_THREADS, QUEUED);
    private final ClientThreads models = new ClientThreads("streamgrad-http-models", MODELS_THREADS, QUEUED);
    private final OtherInstances others = new OtherInstances(PATIENCE);
    private volatile @Nullable LearnerApp app;

    private HttpApi(Settings settings, HttpServer server) {
        this.settings = settings;
        this.server = server;
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** The learner needs files as well, and without any left the server could not even refuse. */
    private static long mostConnections() {
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : MOST_CONNECTIONS;
        return Math.max(1, Math.min(MOST_CONNECTIONS, files / 2));
    }

    /**
     * Begins to answer, before there is a learner: it is live, and not ready.
     *
     * @throws StartException if the address cannot be had
     */
    public static HttpApi start(Settings settings, LearnerMetrics metrics) throws StartException {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(settings.httpHost(), settings.httpPort()), BACKLOG);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartException(
                    "http.port " + settings.httpPort() + " must be free on http.host " + settings.httpHost() + "; "
                            + e.getMessage() + "; set another http.port, 0 for any, or -1 for none",
                    e);
        }
        HttpApi api = new HttpApi(settings, server);
        server.createContext("/", api.router(metrics));
        server.setExecutor(api.headers);
        server.start();
        return api;
    }

    private Router router(LearnerMetrics metrics) {
        return new Router(
                new HealthHandler(this::app),
                new MetricsHandler(metrics::scrape, System::nanoTime),
                new ModelsHandler(this::app, others, settings.samplesTopic()),
                new LiveHandler(
                        this::app,
                        others,
                        settings.httpFeatures(),
                        System::nanoTime,
                        ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime),
                new LiveHealth(this::app, metrics, System::nanoTime),
                new EventsHandler(settings),
                new HostCheck(settings.httpNames()),
                scrapes,
                models,
                settings.largestSample());
    }

    private Optional<LearnerApp> app() {
        return Optional.ofNullable(app);
    }

    /** Answers for this learner from now on. */
    public void serve(LearnerApp learner) {
        app = learner;
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Where a person on this machine finds it. */
    public String url() {
        return "http://" + new HostAndPort(settings.httpIsEverywhere() ? "localhost" : settings.httpHost(), port());
    }

    @Override
    public void close() {
        server.stop(0);
        headers.close();
        scrapes.close();
        models.close();
        others.close();
    }
}
