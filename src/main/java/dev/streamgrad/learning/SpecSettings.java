package dev.streamgrad.learning;

import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.json.ShortestDecimal;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.nn.Initializer;
import dev.streamgrad.nn.Loss;
import dev.streamgrad.nn.Named;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ModelSpec} as settings, names and values as text: the one form that configuration, snapshots and the state
 * format share.
 */
public final class SpecSettings {
    /** The setting of the largest record that a model takes. */
    public static final String MAX_RECORD_BYTES = "max.record.bytes";

    /** The setting of how many samples there are for one that is trained on. */
    static final String TRAIN_EVERY = "train.every";

    /** The setting that is left out where it is off. */
    static final String LABEL_SCALING = "label.scaling";

    /**
     * What every model setting is unless it is set: the spec of {@link ModelSpec#xor}, and what its siblings would use.
     */
    public static final Map<String, String> DEFAULTS;

    static {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("layers", "2,4,1");
        defaults.putAll(Mapping.DEFAULTS);
        defaults.put("hidden.activation", "sigmoid");
        defaults.put("output.activation", "sigmoid");
        defaults.put("loss", "mse");
        defaults.put("optimizer", "sgd");
        defaults.put("learning.rate", "0.3");
        defaults.put("momentum", "0.9");
        defaults.put("adam.beta1", "0.9");
        defaults.put("adam.beta2", "0.999");
        defaults.put("adam.epsilon", "1.0E-8");
        defaults.put("weight.decay", "0.0");
        defaults.put("schedule", "constant");
        defaults.put("schedule.every", "1000");
        defaults.put("schedule.factor", "0.5");
        defaults.put("schedule.steps", "10000");
        defaults.put("schedule.warmup", "100");
        defaults.put("schedule.minimum", "0.0");
        defaults.put("initializer", "normal");
        defaults.put("seed", "42");
        defaults.put("batch.size", "1");
        defaults.put(TRAIN_EVERY, "1");
        defaults.put("clip.gradient.norm", "0.0");
        defaults.put("features.scaling", "none");
        defaults.put(LABEL_SCALING, "none");
        defaults.put("on.divergence", "skip");
        defaults.put("divergence.restore.after", "10");
        defaults.put("snapshot.every", "1000");
        defaults.put("metrics.window", "1000");
        defaults.put(MAX_RECORD_BYTES, "1048576");
        defaults.putAll(DriftPolicy.DEFAULTS);
        DEFAULTS = Collections.unmodifiableMap(defaults);
    }

    private SpecSettings() {}

    /**
     * The spec that these settings describe; what is missing has its default.
     *
     * @throws IllegalArgumentException for an unknown setting or a wrong value; the message names setting, rule and
     *     value
     */
    public static ModelSpec parse(Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>(DEFAULTS);
        settings.forEach((key, value) -> {
            if (all.put(key, value) == null) {
                throw new IllegalArgumentException("no model setting is called " + key + "; there are " + shownNames());
            }
        });
        SettingsReader reader = new SettingsReader(all);
        OptimizerKind optimizer = OptimizerKind.of(reader.text("optimizer"));
        Mapping mapping = Mapping.parse(all);
        return new ModelSpec(
                new Birth(
                        architecture(reader, mapping),
                        Loss.of(reader.text("loss")),
                        optimizer,
                        FeatureScaling.of(reader.text("features.scaling")),
                        mapping,
                        LabelScaling.of(reader.text(LABEL_SCALING)),
                        new Origin.Seeded(Initializer.of(reader.text("initializer")), reader.whole("seed"))),
                new Hyperparameters(
                        optimizer.create(reader),
                        Named.parse(ScheduleKind.values(), "schedule", reader.text("schedule"))
                                .create(reader),
                        reader.wholeInt("batch.size"),
                        reader.wholeInt(TRAIN_EVERY),
                        reader.number("clip.gradient.norm"),
                        OnDivergence.of(reader.text("on.divergence")),
                        reader.wholeInt("divergence.restore.after"),
                        reader.whole("snapshot.every"),
                        reader.wholeInt("metrics.window"),
                        reader.wholeInt(MAX_RECORD_BYTES),
                        DriftPolicy.parse(reader)));
    }

    /** In one line, and those of drift are many. */
    private static List<String> shownNames() {
        List<String> names = new ArrayList<>(DEFAULTS.keySet());
        names.removeAll(DriftPolicy.DEFAULTS.keySet());
        names.add("drift.*");
        return names;
    }

    /**
     * The settings in which two specs differ, such as {@code learning.rate 0.3 (now 0.1)}. What only one of them has
     * comes from another setting that differs, as momentum does from the optimizer, and is left out.
     */
    public static String differences(ModelSpec then, ModelSpec now) {
        Map<String, String> present = withLaterSettings(now);
        return withLaterSettings(then).entrySet().stream()
                .filter(setting ->
                        !setting.getValue().equals(present.getOrDefault(setting.getKey(), setting.getValue())))
                .map(setting -> setting.getKey() + " " + shown(setting.getValue()) + " (now "
                        + shown(String.valueOf(present.get(setting.getKey()))) + ")")
                .collect(Collectors.joining(", "));
    }

    private static String shown(String value) {
        return value.isEmpty() ? "not set" : value;
    }

    /** As {@link #format}, with the settings that it leaves out where they are as models were before there were any. */
    private static Map<String, String> withLaterSettings(ModelSpec spec) {
        Map<String, String> settings = format(spec);
        settings.putIfAbsent(LABEL_SCALING, LabelScaling.NONE.id());
        settings.putIfAbsent(TRAIN_EVERY, "1");
        settings.putIfAbsent(DriftPolicy.DETECTOR, DriftDetectorKind.NONE.id());
        Mapping.DEFAULTS.forEach(settings::putIfAbsent);
        return settings;
    }

    /**
     * As {@link #parse}, for settings that somebody gives: refuses also what no new model should be, but what a stored
     * one may be that was created before this was refused.
     */
    public static ModelSpec parseGiven(Map<String, String> settings) {
        ModelSpec spec = parse(settings);
        Architecture architecture = spec.architecture();
        if (architecture.output() == Activation.SOFTMAX && architecture.outputs() == 1) {
            throw new IllegalArgumentException(
                    "output.activation must not be softmax where layers ends with 1, because the answer would always be 1;"
                            + " got layers " + architecture
                            + "; end layers with the number of classes, or set output.activation=sigmoid");
        }
        return spec;
    }

    private static Architecture architecture(SettingsReader settings, @Nullable Mapping mapping) {
        List<Integer> sizes = new ArrayList<>();
        String[] layers = settings.text("layers").split("[,-]", -1);
        for (int l = 0; l < layers.length; l++) {
            String size = layers[l].trim();
            if (size.equals("*")) {
                sizes.add(end(settings, mapping, l == 0, l == layers.length - 1));
                continue;
            }
            try {
                sizes.add(Integer.parseInt(size));
            } catch (NumberFormatException e) {
                throw SettingsReader.wrong(
                        "layers", "whole numbers separated by commas, such as 2,4,1", settings.text("layers"));
            }
        }
        List<Activation> activations = new ArrayList<>();
        int hidden = Math.max(0, sizes.size() - 2);
        String[] names = settings.text("hidden.activation").split(",", -1);
        if (names.length != 1 && names.length != hidden) {
            throw SettingsReader.wrong(
                    "hidden.activation",
                    "one activation for all hidden layers or one for each of the " + hidden,
                    settings.text("hidden.activation"));
        }
        for (int l = 0; l < hidden; l++) {
            activations.add(Activation.of(names[names.length == 1 ? 0 : l].trim()));
        }
        activations.add(Activation.of(settings.text("output.activation")));
        return new Architecture(sizes, activations);
    }

    /** The size of the first or last layer, which follows from features and label. */
    private static int end(SettingsReader settings, @Nullable Mapping mapping, boolean first, boolean last) {
        if (mapping == null || first == last) {
            throw new IllegalArgumentException(
                    "layers must have * only at its ends, and only where features is set; got "
                            + settings.text("layers") + "; write the sizes, such as 2,4,1");
        }
        if (first) {
            return mapping.inputs();
        }
        boolean softmax = Activation.of(settings.text("output.activation")) == Activation.SOFTMAX;
        return softmax && mapping.label().isClass() ? mapping.label().count() : 1;
    }

    /**
     * The settings that describe {@code spec}: those it uses, in a fixed order, so that equal specs give equal text.
     * What came after snapshots of this form were first written, as label.scaling, train.every and drift.detector did,
     * is only there where it is on.
     */
    public static Map<String, String> format(ModelSpec spec) {
        Map<String, String> settings = new LinkedHashMap<>();
        Architecture architecture = spec.architecture();
        settings.put(
                "layers", architecture.sizes().stream().map(String::valueOf).collect(Collectors.joining(",")));
        List<Activation> hidden = architecture.activations().subList(0, architecture.depth() - 1);
        if (!hidden.isEmpty()) {
            List<String> names = hidden.stream().map(Activation::id).toList();
            settings.put(
                    "hidden.activation",
                    names.stream().distinct().count() == 1 ? names.get(0) : String.join(",", names));
        }
        settings.put("output.activation", architecture.output().id());
        Birth birth = spec.birth();
        Hyperparameters hyperparameters = spec.hyperparameters();
        if (birth.mapping() != null) {
            settings.putAll(birth.mapping().settings());
        }
        settings.put("loss", birth.loss().id());
        settings.put("optimizer", birth.optimizer().id());
        hyperparameters.optimizer().settings().forEach((name, value) -> settings.put(name, ShortestDecimal.of(value)));
        settings.put("schedule", hyperparameters.schedule().id());
        hyperparameters
                .schedule()
                .settings()
                .forEach((name, value) -> settings.put(
                        name, value instanceof Double number ? ShortestDecimal.of(number) : value.toString()));
        if (birth.origin() instanceof Origin.Seeded seeded) {
            settings.put("initializer", seeded.initializer().id());
            settings.put("seed", Long.toString(seeded.seed()));
        }
        settings.put("batch.size", Integer.toString(hyperparameters.batchSize()));
        if (hyperparameters.trainEvery() > 1) {
            settings.put(TRAIN_EVERY, Integer.toString(hyperparameters.trainEvery()));
        }
        settings.put("clip.gradient.norm", ShortestDecimal.of(hyperparameters.clipGradientNorm()));
        settings.put("features.scaling", birth.scaling().id());
        if (birth.scalesLabels()) {
            settings.put(LABEL_SCALING, birth.labelScaling().id());
        }
        settings.put("on.divergence", hyperparameters.onDivergence().id());
        settings.put("divergence.restore.after", Integer.toString(hyperparameters.restoreAfter()));
        settings.put("snapshot.every", Long.toString(hyperparameters.snapshotEvery()));
        settings.put("metrics.window", Integer.toString(hyperparameters.metricsWindow()));
        settings.put(MAX_RECORD_BYTES, Integer.toString(hyperparameters.maxRecordBytes()));
        settings.putAll(hyperparameters.drift().settings());
        return settings;
    }

    /** One line for each setting, {@code name=value}; {@link #parseText} reads it back. */
    public static String formatText(ModelSpec spec) {
        return format(spec).entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("\n"));
    }

    /**
     * Reads what {@link #formatText} wrote.
     *
     * @throws IllegalArgumentException as {@link #parse}
     */
    public static ModelSpec parseText(String text) {
        Map<String, String> settings = new LinkedHashMap<>();
        Arrays.stream(text.split("\n", -1)).forEach(line -> {
            int equals = line.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("every line of a spec must be name=value; got " + line);
            }
            settings.put(line.substring(0, equals), line.substring(equals + 1));
        });
        return parse(settings);
    }
}
