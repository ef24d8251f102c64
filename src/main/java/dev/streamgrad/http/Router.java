package dev.streamgrad.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.streamgrad.app.ServedModels.UnavailableException;
import dev.streamgrad.records.BadRecordException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which handler answers what, and on whose threads.
 *
 * <p>A path is split at its slashes before it is decoded, so a model may have any name: {@code /models/predict} is the
 * model named predict, {@code /models/predict/predict} predicts with it, and {@code /models/a%2Fb} is the model a/b.
 */
final class Router implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);
    private static final String INDEX = "/metrics /healthz /readyz /models /models/NAME /models/NAME/events"
            + " /models/NAME/export /live; POST /models/NAME/predict";
    private static final String PATHS =
            "/metrics, /healthz, /readyz, /models, /models/NAME, /models/NAME/events, /models/NAME/export, /live";

    private final HealthHandler health;
    private final MetricsHandler metrics;
    private final ModelsHandler models;
    private final LiveHandler live;
    private final LiveHealth liveHealth;
    private final EventsHandler events;
    private final LivePage page = new LivePage();
    private final HostCheck hosts;
    private final ClientThreads metricsThreads;
    private final ClientThreads modelsThreads;
    private final int largestBody;

    /**
     * Routes.
     *
     * @param metricsThreads make and send scrapes
     * @param modelsThreads read bodies, look models up and send them
     * @param largestBody the most bytes of a body
     */
    Router(
            HealthHandler health,
            MetricsHandler metrics,
            ModelsHandler models,
            LiveHandler live,
            LiveHealth liveHealth,
            EventsHandler events,
            HostCheck hosts,
            ClientThreads metricsThreads,
            ClientThreads modelsThreads,
            int largestBody) {
        this.health = health;
        this.metrics = metrics;
        this.models = models;
        this.live = live;
        this.liveHealth = liveHealth;
        this.events = events;
        this.hosts = hosts;
        this.metricsThreads = metricsThreads;
        this.modelsThreads = modelsThreads;
        this.largestBody = largestBody;
    }

    /** What makes an answer, now or later; it may wait for the client. */
    @FunctionalInterface
    private interface Handling {
        CompletableFuture<Answer> answer() throws RefusedException, UnavailableException, IOException;
    }

    /**
     * Where a request goes.
     *
     * @param threads on which it is answered; none are those that read headers
     */
    private record Route(Optional<ClientThreads> threads, Handling handling) {}

    /** On a thread that has read the headers, and must be free again at once. */
    @Override
    public void handle(HttpExchange exchange) {
        Route route;
        try {
            route = route(exchange, Request.of(exchange));
        } catch (RefusedException e) {
            e.answer().send(exchange);
            return;
        }
        if (route.threads.isEmpty()) {
            answer(exchange, route.handling);
        } else if (!route.threads.get().offer(() -> answer(exchange, route.handling))) {
            Answer.line(503, "too many requests at once; try again in a moment").send(exchange);
        }
    }

    private Route route(HttpExchange exchange, Request request) throws RefusedException {
        List<String> path = request.segments();
        if (path.size() == 1) {
            switch (path.get(0)) {
                case "healthz" -> {
                    return now(request, health::live);
                }
                case "readyz" -> {
                    return now(request, health::ready);
                }
                case "metrics" -> {
                    request.require("GET");
                    return new Route(
                            Optional.of(metricsThreads),
                            () -> CompletableFuture.completedFuture(metricsThreads.working(metrics::metrics)));
                }
                default -> {
                    // Below, after the check of the host.
                }
            }
        }
        hosts.require(exchange.getRequestHeaders());
        if (path.equals(List.of(""))) {
            boolean browser = exchange.getRequestHeaders().getOrDefault("Accept", List.of()).stream()
                    .anyMatch(types -> types.contains("text/html"));
            return now(request, () -> browser ? LivePage.redirect() : Answer.line(200, INDEX));
        }
        Optional<Answer> file = page.file(request);
        if (file.isPresent()) {
            request.require("GET");
            return models(() -> CompletableFuture.completedFuture(file.get()));
        }
        if (path.get(0).equals("live")) {
            Optional<Route> route = live(exchange, request);
            if (route.isPresent()) {
                return route.get();
            }
        }
        if (path.get(0).equals("models")) {
            if (path.size() == 1 || path.equals(List.of("models", ""))) {
                request.require("GET");
                return models(() -> models.names(request));
            }
            if (path.size() == 2) {
                request.require("GET");
                String name = request.modelName(1);
                return models(() -> models.model(request, name));
            }
            if (path.size() == 3 && path.get(2).equals("events")) {
                request.require("GET");
                String name = request.modelName(1);
                return models(() -> CompletableFuture.completedFuture(events.events(request, name)));
            }
            if (path.size() == 3 && path.get(2).equals("export")) {
                request.require("GET");
                String name = request.modelName(1);
                return models(() -> models.export(request, name));
            }
            if (path.size() == 3 && path.get(2).equals("predict")) {
                request.require("POST");
                String name = request.modelName(1);
                return new Route(Optional.of(modelsThreads), () -> {
                    byte[] body = body(exchange);
                    return modelsThreads.working(() -> models.predict(request, name, body));
                });
            }
        }
        throw new RefusedException(
                404,
                "there is no " + BadRecordException.shown(request.path()) + "; there are " + PATHS
                        + " and, to POST, /models/NAME/predict; a slash in a NAME is %2F");
    }

    /** What a live page asks for; empty if it is nothing that there is. */
    private Optional<Route> live(HttpExchange exchange, Request request) throws RefusedException {
        List<String> path = request.segments();
        if (path.equals(List.of("live", "health"))) {
            request.require("GET");
            return Optional.of(models(() -> CompletableFuture.completedFuture(liveHealth.health())));
        }
        if (path.size() < 2 || !path.get(1).equals("models")) {
            return Optional.empty();
        }
        if (path.size() == 2) {
            request.require("GET");
            return Optional.of(models(() -> live.models(request)));
        }
        String name = request.modelName(2);
        if (path.size() == 3) {
            request.require("GET");
            return Optional.of(models(() -> live.model(request, name)));
        }
        if (path.size() == 4 && path.get(3).equals("frame")) {
            request.require("GET");
            return Optional.of(models(() -> live.frame(request, name)));
        }
        if (path.size() == 4 && path.get(3).equals("step")) {
            if (!request.method().equals("POST")) {
                request.require("GET");
                return Optional.of(models(() -> live.lastStep(request, name)));
            }
            LiveHandler.requireOwnPage(exchange.getRequestHeaders());
            return Optional.of(new Route(Optional.of(modelsThreads), () -> {
                byte[] body = body(exchange);
                return modelsThreads.working(() -> live.step(request, name, body));
            }));
        }
        return Optional.empty();
    }

    private static Route now(Request request, Supplier<Answer> answer) throws RefusedException {
        request.require("GET");
        return new Route(Optional.empty(), () -> CompletableFuture.completedFuture(answer.get()));
    }

    private Route models(ClientThreads.Work<CompletableFuture<Answer>> work) {
        return new Route(Optional.of(modelsThreads), () -> modelsThreads.working(work));
    }

    private byte[] body(HttpExchange exchange) throws IOException, RefusedException {
        try {
            InputStream in = exchange.getRequestBody();
            byte[] body = in.readNBytes(largestBody);
            if (in.read() < 0) {
                return body;
            }
        } catch (RuntimeException e) {
            // The JDK's server throws them for impossible chunk sizes.
            throw new RefusedException(400, "body must be as long as its headers say; got something else");
        }
        throw new RefusedException(
                413, "body must have at most " + largestBody + " bytes (max.record.bytes); got more");
    }

    /** Makes an answer and sends it, on a thread that may wait for the client. */
    private void answer(HttpExchange exchange, Handling handling) {
        Answer answer;
        try {
            CompletableFuture<Answer> made = handling.answer();
            if (!made.isDone()) {
                // Only another instance's answer is not there yet. What brings it must not wait for this client.
                var unused = made.whenComplete((later, failure) -> modelsThreads.execute(
                        () -> (later == null ? failed(exchange, failure) : later).send(exchange)));
                return;
            }
            answer = made.join();
        } catch (RefusedException e) {
            answer = e.answer();
        } catch (UnavailableException e) {
            answer = Answer.line(503, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            LOG.debug("A client went away", e);
            exchange.close();
            return;
        } catch (RuntimeException e) {
            answer = failed(exchange, e);
        }
        answer.send(exchange);
    }

    private static Answer failed(HttpExchange exchange, Throwable failure) {
        LOG.warn("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), failure);
        return Answer.line(500, "this request failed; the log says why");
    }
}
