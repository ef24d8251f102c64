package dev.streamgrad.exchange;

import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Models to export, trained on samples that a seed decides. */
final class Exported {
    static final String RELEASE = "1.2.3";
    static final SamplesLog LOG = new SamplesLog("Lq0gY3hWTZuqV5p2YkVZ3g", null);

    private Exported() {}

    /** A spec, by {@code name=value} of its settings. */
    static ModelSpec spec(String... settings) {
        Map<String, String> map = new HashMap<>();
        for (String setting : settings) {
            String[] pair = setting.split("=", 2);
            map.put(pair[0], pair[1]);
        }
        return SpecSettings.parse(map);
    }

    /** A model that has learned so many samples of arrays. */
    static Model trained(ModelSpec spec, int samples, long seed) {
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        Random random = new Random(seed);
        for (int i = 0; i < samples; i++) {
            learner.learn(model, features(random, spec.architecture().inputs()), label(random, spec), 1.0);
            model.reached(i);
        }
        return model;
    }

    /** Features of different sizes: one in tenths, one in tens, and so on. */
    static double[] features(Random random, int inputs) {
        double[] features = new double[inputs];
        for (int i = 0; i < inputs; i++) {
            features[i] = random.nextGaussian() * (i + 0.5) + i;
        }
        return features;
    }

    private static double[] label(Random random, ModelSpec spec) {
        double[] label = new double[spec.architecture().outputs()];
        switch (spec.architecture().output()) {
            case SOFTMAX -> label[random.nextInt(label.length)] = 1.0;
            case SIGMOID -> {
                for (int i = 0; i < label.length; i++) {
                    label[i] = random.nextBoolean() ? 1.0 : 0.0;
                }
            }
            case TANH -> {
                for (int i = 0; i < label.length; i++) {
                    label[i] = random.nextDouble() * 2.0 - 1.0;
                }
            }
            default -> {
                for (int i = 0; i < label.length; i++) {
                    label[i] = random.nextDouble() * 3.0;
                }
            }
        }
        return label;
    }

    /** A spec of people's own records: a quantity that may be missing, one with an indicator, categories, classes. */
    static ModelSpec ofRecords(String... more) {
        String[] settings = new String[more.length + 5];
        System.arraycopy(more, 0, settings, 5, more.length);
        settings[0] = "features=amount,age?,country:category(3),weekend:boolean";
        settings[1] = "missing=mean";
        settings[2] = "label=kind";
        settings[3] = "label.classes.max=3";
        settings[4] = "layers=*,6,*";
        return spec(settings);
    }

    /** A record for {@link #ofRecords}, with a label or without; sometimes a field is missing. */
    static byte[] record(Random random, boolean labelled) {
        StringBuilder json = new StringBuilder("{");
        if (random.nextInt(4) > 0) {
            json.append(String.format(Locale.ROOT, "\"amount\":%.3f,", random.nextGaussian() * 100.0 + 20.0));
        }
        if (random.nextInt(4) > 0) {
            json.append(String.format(Locale.ROOT, "\"age\":%d,", random.nextInt(90)));
        }
        json.append("\"country\":\"").append(new String[] {"DE", "Åland", "\\\"X\\\""}[random.nextInt(3)]);
        json.append("\",\"weekend\":").append(random.nextBoolean());
        if (labelled) {
            json.append(",\"kind\":\"")
                    .append(new String[] {"a", "b"}[random.nextInt(2)])
                    .append('"');
        }
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A model that has learned so many of these records. */
    static Model trainedOnRecords(ModelSpec spec, int samples, long seed) throws Exception {
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        SampleReader reader = SampleReader.of(spec);
        Random random = new Random(seed);
        for (int i = 0; i < samples; i++) {
            reader.read(record(random, true));
            reader.encode(model);
            learner.learn(model, reader.features(), reader.label(), reader.weight());
            model.reached(i);
        }
        return model;
    }

    /** As it is published. */
    static Snapshot snapshot(Model model) {
        return snapshot("xor", model);
    }

    static Snapshot snapshot(String name, Model model) {
        return Snapshot.of(name, model, new Source(2, model.lastOffset()), LOG, 1_700_000_000_000L);
    }
}
