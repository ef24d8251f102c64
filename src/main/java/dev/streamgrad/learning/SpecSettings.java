package dev.streamgrad.learning;

import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Adam;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.nn.Initializer;
import dev.streamgrad.nn.LearningRateSchedule;
import dev.streamgrad.nn.Loss;
import dev.streamgrad.nn.Optimizer;
import dev.streamgrad.nn.Sgd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A {@link ModelSpec} as settings, names and values as text: the one form that configuration, snapshots and the state
 * format share.
 */
public final class SpecSettings {
    /**
     * What every model setting is unless it is set: the spec of {@link ModelSpec#xor}, and what its siblings would use.
     */
    public static final Map<String, String> DEFAULTS;

    static {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("layers", "2,4,1");
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
        defaults.put("clip.gradient.norm", "0.0");
        defaults.put("features.scaling", "none");
        defaults.put("on.divergence", "skip");
        defaults.put("divergence.restore.after", "10");
        defaults.put("snapshot.every", "1000");
        defaults.put("metrics.window", "1000");
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
                throw new IllegalArgumentException(
                        "no model setting is called " + key + "; there are " + DEFAULTS.keySet());
            }
        });
        return new ModelSpec(
                architecture(all),
                Loss.of(text(all, "loss")),
                optimizer(all),
                schedule(all),
                Initializer.of(text(all, "initializer")),
                whole(all, "seed"),
                wholeInt(all, "batch.size"),
                number(all, "clip.gradient.norm"),
                FeatureScaling.of(text(all, "features.scaling")),
                OnDivergence.of(text(all, "on.divergence")),
                wholeInt(all, "divergence.restore.after"),
                whole(all, "snapshot.every"),
                wholeInt(all, "metrics.window"));
    }

    private static Architecture architecture(Map<String, String> all) {
        List<Integer> sizes = new ArrayList<>();
        for (String size : text(all, "layers").split("[,-]", -1)) {
            try {
                sizes.add(Integer.parseInt(size.trim()));
            } catch (NumberFormatException e) {
                throw wrong("layers", "whole numbers separated by commas, such as 2,4,1", text(all, "layers"));
            }
        }
        List<Activation> activations = new ArrayList<>();
        int hidden = Math.max(0, sizes.size() - 2);
        String[] names = text(all, "hidden.activation").split(",", -1);
        if (names.length != 1 && names.length != hidden) {
            throw wrong(
                    "hidden.activation",
                    "one activation for all hidden layers or one for each of the " + hidden,
                    text(all, "hidden.activation"));
        }
        for (int l = 0; l < hidden; l++) {
            activations.add(Activation.of(names[names.length == 1 ? 0 : l].trim()));
        }
        activations.add(Activation.of(text(all, "output.activation")));
        return new Architecture(sizes, activations);
    }

    private static Optimizer optimizer(Map<String, String> all) {
        double rate = number(all, "learning.rate");
        double decay = number(all, "weight.decay");
        String name = text(all, "optimizer");
        return switch (name) {
            case "sgd" -> new Sgd(rate, 0.0, false, decay);
            case "momentum", "nesterov" -> {
                double momentum = number(all, "momentum");
                if (momentum == 0.0) {
                    throw wrong("momentum", "over 0 with optimizer=" + name + " (or set optimizer=sgd)", "0");
                }
                yield new Sgd(rate, momentum, name.equals("nesterov"), decay);
            }
            case "adam", "adamw" ->
                new Adam(
                        rate,
                        number(all, "adam.beta1"),
                        number(all, "adam.beta2"),
                        number(all, "adam.epsilon"),
                        decay,
                        name.equals("adamw"));
            default -> throw wrong("optimizer", "one of sgd, momentum, nesterov, adam, adamw", name);
        };
    }

    private static LearningRateSchedule schedule(Map<String, String> all) {
        String name = text(all, "schedule");
        return switch (name) {
            case "constant" -> new LearningRateSchedule.Constant();
            case "step-decay" ->
                new LearningRateSchedule.StepDecay(whole(all, "schedule.every"), number(all, "schedule.factor"));
            case "cosine" ->
                new LearningRateSchedule.Cosine(whole(all, "schedule.steps"), number(all, "schedule.minimum"));
            case "warmup-cosine" ->
                new LearningRateSchedule.WarmupCosine(
                        whole(all, "schedule.warmup"), whole(all, "schedule.steps"), number(all, "schedule.minimum"));
            default -> throw wrong("schedule", "one of constant, step-decay, cosine, warmup-cosine", name);
        };
    }

    /**
     * The settings that describe {@code spec}: those it uses, in a fixed order, so that equal specs give equal text.
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
        settings.put("loss", spec.loss().id());
        formatOptimizer(spec.optimizer(), settings);
        formatSchedule(spec.schedule(), settings);
        settings.put("initializer", spec.initializer().id());
        settings.put("seed", Long.toString(spec.seed()));
        settings.put("batch.size", Integer.toString(spec.batchSize()));
        settings.put("clip.gradient.norm", Double.toString(spec.clipGradientNorm()));
        settings.put("features.scaling", spec.scaling().id());
        settings.put("on.divergence", spec.onDivergence().id());
        settings.put("divergence.restore.after", Integer.toString(spec.restoreAfter()));
        settings.put("snapshot.every", Long.toString(spec.snapshotEvery()));
        settings.put("metrics.window", Integer.toString(spec.metricsWindow()));
        return settings;
    }

    private static void formatOptimizer(Optimizer optimizer, Map<String, String> settings) {
        if (optimizer instanceof Sgd sgd) {
            settings.put("optimizer", sgd.momentum() == 0.0 ? "sgd" : sgd.nesterov() ? "nesterov" : "momentum");
            settings.put("learning.rate", Double.toString(sgd.learningRate()));
            if (sgd.momentum() != 0.0) {
                settings.put("momentum", Double.toString(sgd.momentum()));
            }
            settings.put("weight.decay", Double.toString(sgd.weightDecay()));
        } else if (optimizer instanceof Adam adam) {
            settings.put("optimizer", adam.decoupled() ? "adamw" : "adam");
            settings.put("learning.rate", Double.toString(adam.learningRate()));
            settings.put("adam.beta1", Double.toString(adam.beta1()));
            settings.put("adam.beta2", Double.toString(adam.beta2()));
            settings.put("adam.epsilon", Double.toString(adam.epsilon()));
            settings.put("weight.decay", Double.toString(adam.weightDecay()));
        }
    }

    private static void formatSchedule(LearningRateSchedule schedule, Map<String, String> settings) {
        if (schedule instanceof LearningRateSchedule.StepDecay decay) {
            settings.put("schedule", "step-decay");
            settings.put("schedule.every", Long.toString(decay.every()));
            settings.put("schedule.factor", Double.toString(decay.factor()));
        } else if (schedule instanceof LearningRateSchedule.Cosine cosine) {
            settings.put("schedule", "cosine");
            settings.put("schedule.steps", Long.toString(cosine.steps()));
            settings.put("schedule.minimum", Double.toString(cosine.minimum()));
        } else if (schedule instanceof LearningRateSchedule.WarmupCosine cosine) {
            settings.put("schedule", "warmup-cosine");
            settings.put("schedule.warmup", Long.toString(cosine.warmup()));
            settings.put("schedule.steps", Long.toString(cosine.steps()));
            settings.put("schedule.minimum", Double.toString(cosine.minimum()));
        } else {
            settings.put("schedule", "constant");
        }
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

    private static String text(Map<String, String> all, String key) {
        return all.getOrDefault(key, "").trim();
    }

    private static double number(Map<String, String> all, String key) {
        try {
            return Double.parseDouble(text(all, key));
        } catch (NumberFormatException e) {
            throw wrong(key, "a number", text(all, key));
        }
    }

    private static long whole(Map<String, String> all, String key) {
        try {
            return Long.parseLong(text(all, key));
        } catch (NumberFormatException e) {
            throw wrong(key, "a whole number", text(all, key));
        }
    }

    private static int wholeInt(Map<String, String> all, String key) {
        long value = whole(all, key);
        if (value != (int) value) {
            throw wrong(key, "at most " + Integer.MAX_VALUE, Long.toString(value));
        }
        return (int) value;
    }

    private static IllegalArgumentException wrong(String key, String rule, String value) {
        return new IllegalArgumentException(key + " must be " + rule + "; got " + value);
    }
}
