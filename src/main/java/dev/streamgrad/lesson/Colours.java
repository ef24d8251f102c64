package dev.streamgrad.lesson;

import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.SampleReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** One neuron that is to tell which colour is green, from records with a field for the colour. */
final class Colours {
    private static final List<String> WORDS = List.of("red", "green", "blue");

    private static final int EPOCHS = 5_000;

    private final Mapping mapping;
    private final Model model;
    private final Learner learner;
    private final SampleReader reader;

    /**
     * A neuron.
     *
     * @param features what it sees of the record
     */
    Colours(String features) {
        ModelSpec spec = SpecSettings.parse(Map.of(
                "features",
                features,
                "label",
                "green",
                "label.classes",
                "no,yes",
                "layers",
                "*,1",
                "learning.rate",
                "1.0"));
        this.mapping = Objects.requireNonNull(spec.birth().mapping());
        this.model = new Model(spec);
        this.learner = new Learner(spec);
        this.reader = SampleReader.of(spec);
    }

    /** The record of a colour: its word, and the number that somebody gave it. */
    private static String record(int colour) {
        return String.format(
                Locale.ROOT,
                "{\"colour\":\"%s\",\"code\":%d,\"green\":\"%s\"}",
                WORDS.get(colour),
                colour,
                colour == 1 ? "yes" : "no");
    }

    private void read(int colour) {
        try {
            reader.read(record(colour).getBytes(StandardCharsets.UTF_8));
            reader.encode(model);
        } catch (BadRecordException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Trains on the three records in turn; returns how many it then answers well. */
    int train(Consumer<String> out) {
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            for (int colour = 0; colour < WORDS.size(); colour++) {
                read(colour);
                learner.learn(model, reader.features(), reader.label(), 1.0);
            }
        }
        int right = 0;
        out.accept("inputs: " + String.join(", ", mapping.inputNames(null)));
        for (int colour = 0; colour < WORDS.size(); colour++) {
            read(colour);
            List<String> inputs = new ArrayList<>();
            Arrays.stream(reader.features()).forEach(input -> inputs.add(String.format(Locale.ROOT, "%.0f", input)));
            double answer = learner.predict(model, reader.features())[0];
            boolean well = Objects.equals(model.classOf(new double[] {answer}), colour == 1 ? "yes" : "no");
            right += well ? 1 : 0;
            out.accept(String.format(
                    Locale.ROOT,
                    "  %-48s → %-7s → %.3f %s",
                    record(colour),
                    String.join(" ", inputs),
                    answer,
                    well ? "right" : "wrong"));
        }
        return right;
    }
}
