package dev.streamgrad.learning;

import dev.streamgrad.nn.Architecture;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that decides, together with its samples in order, what a model becomes: what it is born with and how it
 * learns. A model keeps the spec it was created with, so that its weights stay a function of the log.
 *
 * @param birth what it is born with
 * @param hyperparameters how it learns
 */
public record ModelSpec(Birth birth, Hyperparameters hyperparameters) {

    /**
     * Checks that both name the same optimizer.
     *
     * @throws IllegalArgumentException if they do not
     */
    public ModelSpec {
        if (!birth.optimizer().id().equals(hyperparameters.optimizer().id())) {
            throw new IllegalArgumentException(
                    "optimizer must be " + birth.optimizer().id()
                            + ", which the model was born with; got "
                            + hyperparameters.optimizer().id());
        }
    }

    /**
     * The class's first model, what every setting is by default: 2-4-1, sigmoid, mean squared error, plain SGD, seed
     * 42.
     */
    public static ModelSpec xor() {
        return SpecSettings.parse(Map.of());
    }

    /** This spec with one setting changed, by its name in {@link SpecSettings}. */
    public ModelSpec with(String setting, String value) {
        Map<String, String> settings = new LinkedHashMap<>(SpecSettings.format(this));
        settings.put(setting, value);
        return SpecSettings.parse(settings);
    }

    /** Layer sizes and activations. */
    public Architecture architecture() {
        return birth.architecture();
    }

    /** How many weights and biases its network has. */
    public int parameters() {
        return architecture().parameters();
    }

    /** What kind of answer the model gives. */
    public Task task() {
        return birth.task();
    }
}
