package dev.streamgrad.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.app.ServedModels;
import dev.streamgrad.app.ServedModels.UnavailableException;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.PrequentialMetrics.Figures;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.learning.Task;
import dev.streamgrad.learning.TracedStep;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.stream.Watch;
import dev.streamgrad.stream.Watches;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What live pages ask for while they are open. As {@link ModelsHandler} does, it answers for the whole application. A
 * page that asks for frames renews the lease by which its model is watched, and is told how long it has to wait.
 */
final class LiveHandler {
    private static final Logger LOG = LoggerFactory.getLogger(LiveHandler.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MOST_VIEWS = 64;
    private static final long SHARE = 100;
    private static final long LEAST_LIST_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int LONGEST_PAGE = 64;

    private final Supplier<Optional<LearnerApp>> learner;
    private final OtherInstances others;
    private final boolean showsFeatures;
    private final LongSupplier nanoTime;
    private final LongSupplier cpuTime;
    private final LiveGovernor governor;
    /** By model, the longest unused first. */
    private final Map<String, LiveView> views = new LinkedHashMap<>(16, 0.75f, true);

    private @Nullable Page page;

    /** A page of the list of models, and until when it is good. */
    private record Page(String key, Answer answer, long until) {}

    /**
     * A handler.
     *
     * @param showsFeatures whether what samples say may be shown
     * @param nanoTime the clock, as {@link System#nanoTime}
     * @param cpuTime the nanoseconds of the processor that the current thread has taken
     */
    LiveHandler(
            Supplier<Optional<LearnerApp>> learner,
            OtherInstances others,
            boolean showsFeatures,
            LongSupplier nanoTime,
            LongSupplier cpuTime) {
        this.learner = learner;
        this.others = others;
        this.showsFeatures = showsFeatures;
        this.nanoTime = nanoTime;
        this.cpuTime = cpuTime;
        this.governor = new LiveGovernor(nanoTime);
    }

    private LearnerApp app() throws RefusedException {
        return learner.get()
                .orElseThrow(() -> new RefusedException(503, "the learner has not started yet; try again in a moment"));
    }

    private LiveView view(ServedModels served, String name) {
        synchronized (views) {
            LiveView view = views.computeIfAbsent(
                    name, missing -> new LiveView(missing, served::state, nanoTime, showsFeatures));
            if (views.size() > MOST_VIEWS) {
                views.remove(views.keySet().iterator().next());
            }
            return view;
        }
    }

    /** Refuses what only a page of another origin would send. */
    static void requireOwnPage(Headers headers) throws RefusedException {
        String type = Optional.ofNullable(headers.getFirst("Content-Type")).orElse("nothing");
        if (!type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(Answer.JSON)) {
            throw new RefusedException(
                    415, "Content-Type must be application/json here; got " + BadRecordException.shown(type));
        }
        String origin = headers.getFirst("Origin");
        if (origin != null && !authority(origin).equalsIgnoreCase(headers.getFirst("Host"))) {
            throw new RefusedException(
                    403,
                    "Origin must be this server's own; got " + BadRecordException.shown(origin)
                            + "; send it from the page that is served here");
        }
    }

    private static String authority(String origin) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority == null ? "" : authority;
        } catch (IllegalArgumentException e) {
            LOG.debug("Not an origin", e);
            return "";
        }
    }

    /** The answer of another instance that has the model; empty if this one has. */
    private Optional<CompletableFuture<Answer>> elsewhere(
            Request request, ServedModels served, String name, String rest, byte @Nullable [] body)
            throws UnavailableException {
        List<String> addresses = request.isLocal() ? List.of() : served.elsewhere(name);
        return addresses.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        others.askWhoeverHasIt(addresses, "/live/models/" + ModelsHandler.encoded(name) + rest, body)
                                .thenApply(LiveJson::fresh));
    }

    private static CompletableFuture<Answer> now(Answer answer) {
        return CompletableFuture.completedFuture(LiveJson.fresh(answer));
    }

    /** What of a model does not change with each step. */
    CompletableFuture<Answer> model(Request request, String name) throws RefusedException, UnavailableException {
        ServedModels served = app().models();
        Optional<CompletableFuture<Answer>> other = elsewhere(request, served, name, "?local", null);
        if (other.isPresent()) {
            return other.get();
        }
        Model model = view(served, name).model().orElseThrow(() -> ModelsHandler.unknown(name));
        return now(LiveJson.answer(json -> describe(json, name, model)));
    }

    private static void describe(JsonGenerator json, String name, Model model) throws IOException {
        ModelSpec spec = model.spec();
        json.writeStringField("name", name);
        json.writeFieldName("layers");
        json.writeArray(
                spec.architecture().sizes().stream().mapToInt(Integer::intValue).toArray(),
                0,
                spec.architecture().sizes().size());
        texts(
                json,
                "activations",
                spec.architecture().activations().stream().map(Activation::id).toList());
        json.writeStringField("loss", spec.birth().loss().id());
        json.writeStringField("optimizer", spec.birth().optimizer().id());
        json.writeStringField(
                "task",
                spec.task() == Task.MULTI_CLASS ? "classes" : spec.task().id());
        Mapping mapping = spec.birth().mapping();
        texts(
                json,
                "features",
                mapping != null
                        ? mapping.inputNames(model.vocabulary())
                        : numbered("x", spec.architecture().inputs()));
        int outputs = spec.architecture().outputs();
        List<String> classes = mapping == null ? List.of() : mapping.classes(model.vocabulary());
        texts(
                json,
                "outputs",
                outputs == 1 ? List.of("y") : outputs == classes.size() ? classes : numbered("y", outputs));
        if (!classes.isEmpty()) {
            texts(json, "classes", classes);
        }
        json.writeNumberField("parameters", spec.architecture().parameters());
        json.writeObjectFieldStart("settings");
        for (Map.Entry<String, String> setting : SpecSettings.format(spec).entrySet()) {
            json.writeStringField(setting.getKey(), setting.getValue());
        }
        json.writeEndObject();
        json.writeBooleanField("frozen", model.isFrozen());
        json.writeNumberField("controls", model.controls());
        json.writeStringField("scaling", spec.birth().scaling().id());
        json.writeStringField("labelScaling", spec.birth().labelScaling().id());
        json.writeBooleanField("canStep", spec.architecture().parameters() <= LiveView.MOST_PARAMETERS);
    }

    private static List<String> numbered(String letter, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> letter + i).toList();
    }

    private static void texts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /** What is new since the frame that the page has. */
    CompletableFuture<Answer> frame(Request request, String name) throws RefusedException, UnavailableException {
        long start = cpuTime.getAsLong();
        long after = number(request.parameter("after").orElse("0"));
        String asking = request.parameter("page").orElse("");
        if (asking.length() > LONGEST_PAGE) {
            throw new RefusedException(
                    400,
                    "page must have at most " + LONGEST_PAGE + " characters; got " + asking.length()
                            + "; send any short text of the page's own");
        }
        LearnerApp app = app();
        Optional<CompletableFuture<Answer>> other = elsewhere(
                request,
                app.models(),
                name,
                "/frame?local&after=" + after + "&page=" + ModelsHandler.encoded(asking),
                null);
        if (other.isPresent()) {
            return other.get();
        }
        LiveView view = view(app.models(), name);
        if (view.model().isEmpty()) {
            throw ModelsHandler.unknown(name);
        }
        governor.admit(asking);
        Watch watch = app.watches().renew(name, Watches.LEASE);
        LongSupplier next = () -> {
            long millis = governor.next(asking, name, cpuTime.getAsLong() - start);
            // A page that has to wait for long watches all the while.
            var unused = app.watches().renew(name, Duration.ofMillis(2 * millis));
            return millis;
        };
        return now(view.frame(watch, after, app.models().partition(name), next).orElseGet(Answer::none));
    }

    private static long number(String text) throws RefusedException {
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            LOG.debug("Not a number", e);
        }
        throw new RefusedException(
                400, "after must be the seq of a frame, or 0; got " + BadRecordException.shown(text));
    }

    /** The last step that the model really took, of those that were watched. */
    CompletableFuture<Answer> lastStep(Request request, String name) throws RefusedException, UnavailableException {
        LearnerApp app = app();
        Optional<CompletableFuture<Answer>> other = elsewhere(request, app.models(), name, "/step?local", null);
        if (other.isPresent()) {
            return other.get();
        }
        LiveView view = view(app.models(), name);
        requireSmall(view.model().orElseThrow(() -> ModelsHandler.unknown(name)));
        if (!showsFeatures) {
            throw new RefusedException(
                    403,
                    "http.features must be true to show the steps of samples, from which one could compute them; set it, or"
                            + " POST a sample of your own");
        }
        Watch watch = app.watches().renew(name, Watches.LEASE);
        return now(view.lastStep(watch, app.models().partition(name)).orElseGet(Answer::none));
    }

    private static void requireSmall(Model model) throws RefusedException {
        int parameters = model.spec().architecture().parameters();
        if (parameters > LiveView.MOST_PARAMETERS) {
            throw new RefusedException(
                    422,
                    "model must have at most " + LiveView.MOST_PARAMETERS + " parameters to show a step; it has "
                            + parameters);
        }
    }

    /** The step that the committed model would take with this sample. It takes none. */
    CompletableFuture<Answer> step(Request request, String name, byte[] body)
            throws RefusedException, UnavailableException {
        ServedModels served = app().models();
        Optional<CompletableFuture<Answer>> other = elsewhere(request, served, name, "/step?local", body);
        if (other.isPresent()) {
            return other.get();
        }
        LiveView view = view(served, name);
        requireSmall(view.model().orElseThrow(() -> ModelsHandler.unknown(name)));
        Model model = view.another().orElseThrow(() -> ModelsHandler.unknown(name));
        SampleReader sample = SampleReader.of(model.spec());
        try {
            sample.read(body);
            if (!sample.hasLabel()) {
                throw new RefusedException(400, "label must be there, or there is nothing to learn; got none");
            }
            sample.encode(model);
        } catch (BadRecordException e) {
            throw new RefusedException(400, e.text());
        }
        TracedStep step = TracedStep.of(model, sample.features(), sample.label(), sample.weight());
        return now(LiveStep.answer(step, model, ServedModels.UNKNOWN_PARTITION, LiveStep.NOWHERE));
    }

    /** The models with how well they do, a page of them. */
    CompletableFuture<Answer> models(Request request) throws RefusedException, UnavailableException {
        int limit = ModelsHandler.limit(request.parameter("limit").orElse("100"));
        String after = request.parameter("after").orElse("");
        ServedModels served = app().models();
        Answer own = ownModels(served, after, limit);
        List<String> addresses = request.isLocal() ? List.of() : served.others();
        String pathAndQuery = "/live/models?local&limit=" + limit + "&after=" + ModelsHandler.encoded(after);
        List<CompletableFuture<Answer>> pages = addresses.stream()
                .map(address -> others.ask(address, pathAndQuery, null))
                .toList();
        return CompletableFuture.allOf(pages.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> pages.isEmpty() ? own : merged(limit, own, pages))
                .thenApply(LiveJson::fresh);
    }

    /** Reading all models of a page costs, so it is kept a hundred times as long as it took. */
    private synchronized Answer ownModels(ServedModels served, String after, int limit) throws UnavailableException {
        String key = limit + " " + after;
        Page kept = page;
        if (kept != null && kept.key().equals(key) && nanoTime.getAsLong() - kept.until() < 0) {
            return kept.answer();
        }
        long start = cpuTime.getAsLong();
        List<String> names = served.names(after, limit + 1);
        Map<String, Model> models = new LinkedHashMap<>();
        for (String name : names.subList(0, Math.min(limit, names.size()))) {
            served.model(name).ifPresent(model -> models.put(name, model));
        }
        Answer answer = LiveJson.answer(json -> {
            json.writeArrayFieldStart("models");
            for (Map.Entry<String, Model> model : models.entrySet()) {
                summarize(json, model.getKey(), model.getValue());
            }
            json.writeEndArray();
            json.writeBooleanField("more", names.size() > limit);
        });
        long good = Math.max(LEAST_LIST_NANOS, SHARE * (cpuTime.getAsLong() - start));
        page = new Page(key, answer, nanoTime.getAsLong() + good);
        return answer;
    }

    private static void summarize(JsonGenerator json, String name, Model model) throws IOException {
        Figures window = model.metrics().window();
        boolean regression = model.spec().task() == Task.REGRESSION;
        double baseline = regression
                ? Math.min(window.constantScore(), window.lastLabelScore())
                : Math.max(window.constantScore(), window.lastLabelScore());
        json.writeStartObject();
        json.writeStringField("name", name);
        json.writeNumberField("version", model.version());
        json.writeNumberField("samples", model.samples());
        LiveJson.number(json, "loss", window.loss());
        LiveJson.number(json, "accuracy", regression ? Double.NaN : window.score());
        if (regression) {
            LiveJson.number(json, "mae", window.score());
        }
        LiveJson.number(json, "baseline", baseline);
        json.writeBooleanField("worse", regression ? window.score() > baseline : window.score() < baseline);
        json.writeBooleanField("frozen", model.isFrozen());
        json.writeEndObject();
    }

    private static Answer merged(int limit, Answer own, List<CompletableFuture<Answer>> pages) {
        Map<String, JsonNode> models = new TreeMap<>(ServedModels.ORDER);
        boolean more = false;
        try {
            more = add(own, models);
            for (CompletableFuture<Answer> asked : pages) {
                Answer answer = asked.join();
                // An instance that does not answer now is left out: the next look may find it again.
                if (answer.status() == 200) {
                    more |= add(answer, models);
                }
            }
        } catch (IOException e) {
            LOG.debug("Not JSON", e);
            return Answer.line(502, "another instance answered for its models with something else; try again");
        }
        ObjectNode json = MAPPER.createObjectNode();
        ArrayNode array = json.putArray("models");
        models.values().stream().limit(limit).forEach(array::add);
        json.put("more", more || models.size() > limit);
        return Answer.json(json);
    }

    private static boolean add(Answer page, Map<String, JsonNode> models) throws IOException {
        JsonNode json = MAPPER.readTree(page.body());
        json.path("models")
                .forEach(model -> models.putIfAbsent(model.path("name").asText(), model));
        return json.path("more").asBoolean();
    }
}
