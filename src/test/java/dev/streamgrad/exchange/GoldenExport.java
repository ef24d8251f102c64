package dev.streamgrad.exchange;

import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What stands in {@code streamgrad.safetensors}, and how it was made. Of its format it is never made again: a change
 * gets a new {@link SafetensorsModel#FORMAT_VERSION} and a new file, and this one stays readable. What Python says of
 * it is made by {@code golden.py} beside it.
 */
final class GoldenExport {
    private GoldenExport() {}

    /** XOR, 1,000 samples in turn, by Adam, with scaling. */
    static Model model() {
        ModelSpec spec = Exported.spec("optimizer=adam", "learning.rate=0.01", "features.scaling=running");
        Model model = new Model(spec);
        Learner learner = new Learner(spec);
        for (int i = 0; i < 1000; i++) {
            int a = i % 2;
            int b = i / 2 % 2;
            learner.learn(model, new double[] {a, b}, new double[] {a ^ b}, 1.0);
            model.reached(i);
        }
        return model;
    }

    static byte[] bytes() throws ExchangeException {
        return ExchangeFormat.SAFETENSORS.write(Exported.snapshot(model()), Exported.RELEASE);
    }

    public static void main(String[] args) throws IOException, ExchangeException {
        Files.write(Path.of(args[0], "streamgrad.safetensors"), bytes());
    }
}
