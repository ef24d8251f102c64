package dev.streamgrad.bench;

import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.NumpyRandom;
import dev.streamgrad.records.Sample;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Samples that fit a spec, as JSON: XOR where the network has its shape, numbers from 0 to 1 of four digits elsewhere.
 * They repeat after a few thousand, because making them is not what is measured.
 */
final class Samples {
    private static final int DIFFERENT = 4096;
    private static final int LARGE = 256;
    private static final long SEED = 42;

    private final List<byte[]> values = new ArrayList<>();
    private int next;

    Samples(ModelSpec spec) {
        int inputs = spec.architecture().inputs();
        int outputs = spec.architecture().outputs();
        boolean softmax = spec.architecture().output() == Activation.SOFTMAX;
        SampleSource source =
                inputs == 2 && outputs == 1 && !softmax ? Dataset.XOR.samples(SEED) : numbers(inputs, outputs, softmax);
        int different = inputs > 100 ? LARGE : DIFFERENT;
        for (int i = 0; i < different; i++) {
            values.add(source.next().toJson());
        }
    }

    private static SampleSource numbers(int inputs, int outputs, boolean softmax) {
        NumpyRandom random = new NumpyRandom(SEED);
        return () -> {
            List<Double> features = new ArrayList<>(inputs);
            for (int i = 0; i < inputs; i++) {
                features.add(Math.rint(1e4 * random.nextDouble()) / 1e4);
            }
            List<Double> label = new ArrayList<>(Collections.nCopies(outputs, 0.0));
            int one = random.nextInt(outputs);
            if (softmax || features.get(0) < 0.5) {
                label.set(one, 1.0);
            }
            return new Sample(features, label, null);
        };
    }

    /** The next record's value. */
    byte[] next() {
        byte[] value = values.get(next);
        next = next + 1 == values.size() ? 0 : next + 1;
        return value;
    }
}
