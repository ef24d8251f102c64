package dev.streamgrad.records;

import dev.streamgrad.json.Json;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A spec as text that says only what differs from {@link #BASE}: {@code name=value}, a line each. A spec near the
 * default one, whose whole text is longer than the weights of a small model, takes a few bytes, the same on every JVM.
 */
final class SpecText {
    /**
     * What every setting was by default when state format 3 was made, for ever: what was left out by it cannot be put
     * back by another. A setting that comes later gets its line here, with the value that makes it do nothing.
     */
    private static final Map<String, String> BASE = base();

    private SpecText() {}

    private static Map<String, String> base() {
        Map<String, String> base = new LinkedHashMap<>();
        """
                layers=2,4,1
                features=
                missing=dead-letter
                numbers.in.quotes=false
                label=label
                label.classes=
                label.classes.max=0
                weight=
                id=id
                hidden.activation=sigmoid
                output.activation=sigmoid
                loss=mse
                optimizer=sgd
                learning.rate=0.3
                momentum=0.9
                adam.beta1=0.9
                adam.beta2=0.999
                adam.epsilon=1.0E-8
                weight.decay=0.0
                schedule=constant
                schedule.every=1000
                schedule.factor=0.5
                schedule.steps=10000
                schedule.warmup=100
                schedule.minimum=0.0
                initializer=normal
                seed=42
                batch.size=1
                clip.gradient.norm=0.0
                features.scaling=none
                label.scaling=none
                on.divergence=skip
                divergence.restore.after=10
                snapshot.every=1000
                metrics.window=1000
                max.record.bytes=1048576
                train.every=1
                drift.detector=none
                drift.hddm.drift.confidence=0.001
                drift.hddm.warning.confidence=0.005
                drift.hddm.two.sided=false
                drift.adwin.delta=0.002
                drift.adwin.clock=32
                drift.adwin.max.buckets=5
                drift.adwin.min.window=5
                drift.adwin.grace.period=10
                drift.page-hinkley.min.samples=30
                drift.page-hinkley.delta=0.005
                drift.page-hinkley.threshold=50.0
                drift.page-hinkley.alpha=0.9999
                drift.page-hinkley.mode=up
                drift.reaction=alert
                drift.boost.factor=5.0
                drift.boost.steps=500""".lines().forEach(line -> put(base, line));
        return base;
    }

    private static void put(Map<String, String> settings, String line) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("every line of a state's spec must be name=value; got "
                    + BadRecordException.shown(line) + "; restore the changelog topic");
        }
        settings.put(line.substring(0, equals), line.substring(equals + 1));
    }

    static byte[] of(ModelSpec spec) {
        List<String> lines = new ArrayList<>();
        SpecSettings.format(spec).forEach((name, value) -> {
            if (!value.equals(BASE.get(name))) {
                lines.add(name + "=" + value);
            }
        });
        return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The spec in what {@link #of} gave.
     *
     * @throws IllegalArgumentException if the bytes are something else
     */
    static ModelSpec read(byte[] text) {
        Map<String, String> settings = new LinkedHashMap<>(BASE);
        try {
            if (text.length > 0) {
                Json.utf8(text).lines().forEach(line -> put(settings, line));
            }
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a state's spec must be UTF-8; restore the changelog topic", e);
        }
        return SpecSettings.parse(settings);
    }
}
