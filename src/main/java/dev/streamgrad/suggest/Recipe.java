package dev.streamgrad.suggest;

import dev.streamgrad.learning.Task;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which settings a model gets that is to learn records nobody has tuned anything for. */
final class Recipe {
    private Recipe() {}

    /** The settings of a model. */
    static Map<String, String> of(Task task, int outputs, long samples, int inputs) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("layers", "*,16,*");
        settings.put("hidden.activation", "relu");
        settings.put("initializer", "he");
        switch (task) {
            case BINARY -> {
                settings.put("output.activation", "sigmoid");
                settings.put("loss", "binary-cross-entropy");
            }
            case MULTI_CLASS -> {
                settings.put("output.activation", "softmax");
                settings.put("loss", "cross-entropy");
            }
            case REGRESSION -> {
                settings.put("output.activation", "identity");
                settings.put("loss", "mse");
            }
        }
        settings.put("optimizer", "adam");
        settings.put("learning.rate", "0.01");
        settings.put("features.scaling", "running");
        return settings;
    }
}
