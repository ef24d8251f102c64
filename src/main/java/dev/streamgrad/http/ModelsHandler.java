package dev.streamgrad.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.app.ServedModels;
import dev.streamgrad.app.ServedModels.UnavailableException;
import dev.streamgrad.exchange.ExchangeException;
import dev.streamgrad.exchange.ExchangeFormat;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Release;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models: their names, one of them, what one predicts. Each is answered for the whole application, by asking the
 * instances that have what this one has not; the future is complete at once if none need be asked.
 */
final class ModelsHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ModelsHandler.class);
    /** Weights are shown of networks up to this size. */
    private static final int MOST_WEIGHTS = 10_000;

    private static final int MOST_NAMES = 1_000;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Supplier<Optional<LearnerApp>> learner;
    private final OtherInstances others;
    private final String samplesTopic;

    ModelsHandler(Supplier<Optional<LearnerApp>> learner, OtherInstances others, String samplesTopic) {
        this.learner = learner;
        this.others = others;
        this.samplesTopic = samplesTopic;
    }

    private ServedModels served() throws RefusedException {
        return learner.get()
                .orElseThrow(() -> new RefusedException(503, "the learner has not started yet; try again in a moment"))
                .models();
    }

    /** The names, a page of them. */
    CompletableFuture<Answer> names(Request request) throws RefusedException, UnavailableException {
        int limit = limit(request.parameter("limit").orElse("100"));
        String after = request.parameter("after").orElse("");
        ServedModels served = served();
        List<String> names = served.names(after, limit + 1);
        List<String> addresses = request.isLocal() ? List.of() : served.others();
        String pathAndQuery = "/models?local&limit=" + limit + "&after=" + encoded(after);
        // All at once: the slowest decides, and not their sum.
        List<CompletableFuture<Answer>> pages = addresses.stream()
                .map(address -> others.ask(address, pathAndQuery, null).thenApply(page -> checked(address, page)))
                .toList();
        return CompletableFuture.allOf(pages.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> merged(
                        limit,
                        names,
                        pages.stream().map(CompletableFuture::join).toList()));
    }

    /** The page, or instead of what is none an error that says whose. */
    private static Answer checked(String address, Answer page) {
        if (page.status() == 200 || page.status() == 503) {
            return page;
        }
        return Answer.line(502, "the instance at " + address + " did not answer for its models; try again");
    }

    private static Answer merged(int limit, List<String> own, List<Answer> pages) {
        Set<String> names = new TreeSet<>(ServedModels.ORDER);
        names.addAll(own);
        boolean more = false;
        for (Answer page : pages) {
            if (page.status() != 200) {
                return page;
            }
            try {
                JsonNode json = MAPPER.readTree(page.body());
                json.path("models").forEach(name -> names.add(name.asText()));
                more |= json.path("more").asBoolean();
            } catch (IOException e) {
                LOG.debug("Not JSON", e);
                return Answer.line(502, "another instance answered for its models with something else; try again");
            }
        }
        ObjectNode json = MAPPER.createObjectNode();
        ArrayNode array = json.putArray("models");
        names.stream().limit(limit).forEach(array::add);
        json.put("more", more || names.size() > limit);
        return Answer.json(json);
    }

    /** The number of names or events that a request asks for. */
    static int limit(String text) throws RefusedException {
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

    /** A model with its settings, metrics and weights. */
    CompletableFuture<Answer> model(Request request, String name) throws RefusedException, UnavailableException {
        ServedModels served = served();
        List<String> elsewhere = request.isLocal() ? List.of() : served.elsewhere(name);
        if (!elsewhere.isEmpty()) {
            return others.askWhoeverHasIt(elsewhere, "/models/" + encoded(name) + "?local", null);
        }
        Model model = served.model(name).orElseThrow(() -> unknown(name));
        return CompletableFuture.completedFuture(
                new Answer(200, Answer.JSON, Snapshot.describe(name, model, MOST_WEIGHTS)));
    }

    /** What the model's last committed version is, as a file of a format that others read. */
    CompletableFuture<Answer> export(Request request, String name) throws RefusedException, UnavailableException {
        ExchangeFormat format;
        try {
            format = ExchangeFormat.of(request.parameter("format").orElse(ExchangeFormat.SAFETENSORS.id()));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(400, String.valueOf(e.getMessage()));
        }
        ServedModels served = served();
        List<String> elsewhere = request.isLocal() ? List.of() : served.elsewhere(name);
        if (!elsewhere.isEmpty()) {
            return others.askWhoeverHasIt(
                    elsewhere, "/models/" + encoded(name) + "/export?local&format=" + format.id(), null);
        }
        Snapshot snapshot = served.snapshot(name).orElseThrow(() -> unknown(name));
        byte[] file;
        try {
            file = format.write(snapshot, Release.number());
        } catch (ExchangeException e) {
            throw new RefusedException(422, e.text());
        }
        // RFC 6266: a name in ASCII for those who know no other, which has no quotes or slashes in it.
        String fileName = name + "." + format.id();
        return CompletableFuture.completedFuture(new Answer(
                200,
                format.contentType(),
                file,
                "attachment; filename=\"" + fileName.replaceAll("[^A-Za-z0-9._-]", "_") + "\"; filename*=UTF-8''"
                        + encoded(fileName)));
    }

    static RefusedException unknown(String name) {
        return new RefusedException(
                404,
                "model must have learned a sample; there is none named " + BadRecordException.shown(name)
                        + "; see /models");
    }

    /** What the model's last committed version predicts. */
    CompletableFuture<Answer> predict(Request request, String name, byte[] body)
            throws RefusedException, UnavailableException {
        ServedModels served = served();
        List<String> elsewhere = request.isLocal() ? List.of() : served.elsewhere(name);
        if (!elsewhere.isEmpty()) {
            return others.askWhoeverHasIt(elsewhere, "/models/" + encoded(name) + "/predict?local", body);
        }
        Model model = served.model(name).orElseThrow(() -> unknown(name));
        SampleReader sample = SampleReader.of(model.spec());
        try {
            sample.read(body);
            if (sample.hasLabel()) {
                throw new RefusedException(
                        400,
                        "label must not be there, because nothing is trained here; send samples to the topic "
                                + samplesTopic);
            }
            sample.encode(model);
        } catch (BadRecordException e) {
            throw new RefusedException(400, e.text());
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
        String predictedClass = model.classOf(prediction);
        if (predictedClass != null) {
            json.put("class", predictedClass);
        }
        json.put("version", model.version());
        return CompletableFuture.completedFuture(Answer.json(json));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
