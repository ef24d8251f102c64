package dev.streamgrad.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.encoding.Dictionary;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.json.Json;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.Fingerprint;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a file says of the model in it beside its numbers, as texts by their names:
 *
 * <pre>
 *   model, version, fingerprint   which it is
 *   spec                          its settings, one name=value in each line
 *   topic, partition, offset      where the last sample in it stands; topic is an id; as far as they are known
 *   features                      what people call the inputs, as JSON; only with a mapping
 *   classes                       the names of the classes, in the order of outputs, as JSON; only if there are some
 *   dictionaries                  the words of each learned category, then those of learned classes, as JSON
 *   release                       of the program that wrote the file
 * </pre>
 */
final class Description {
    static final String FINGERPRINT = "fingerprint";
    static final String SPEC = "spec";
    static final String VERSION = "version";
    static final String DICTIONARIES = "dictionaries";

    private static final ObjectMapper MAPPER = new ObjectMapper(Json.FACTORY);

    private Description() {}

    static Map<String, String> of(Snapshot snapshot, String release) {
        Model model = snapshot.model();
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("model", snapshot.name());
        texts.put(VERSION, Long.toString(model.version()));
        // Not the snapshot's own: that of an older format does not say all.
        texts.put(FINGERPRINT, Fingerprint.of(model));
        texts.put(SPEC, SpecSettings.formatText(model.spec()));
        if (snapshot.source().partition() >= 0) {
            texts.put("partition", Integer.toString(snapshot.source().partition()));
        }
        texts.put("offset", Long.toString(snapshot.source().offset()));
        SamplesLog log = snapshot.log();
        if (log != null && !log.topicId().isEmpty()) {
            texts.put("topic", log.topicId());
        }
        Mapping mapping = model.spec().birth().mapping();
        if (mapping != null) {
            texts.put("features", json(mapping.inputNames(model.vocabulary())));
            if (mapping.label().isClass()) {
                texts.put("classes", json(mapping.classes(model.vocabulary())));
            }
        }
        if (model.vocabulary() != null) {
            texts.put(
                    DICTIONARIES,
                    json(model.vocabulary().dictionaries().stream()
                            .map(Dictionary::words)
                            .toList()));
        }
        texts.put("release", release);
        return texts;
    }

    private static String json(List<?> lists) {
        try {
            return MAPPER.writeValueAsString(lists);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("words cannot be written as JSON", e);
        }
    }
}
