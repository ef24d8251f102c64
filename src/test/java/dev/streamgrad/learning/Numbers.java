package dev.streamgrad.learning;

import java.util.ArrayList;
import java.util.List;

/** The learned numbers of a model, to compare. */
final class Numbers {
    private Numbers() {}

    static List<Double> of(Model model) {
        List<Double> numbers = new ArrayList<>();
        for (StateField field : ModelState.FIELDS) {
            boolean learned = !(field instanceof StateField.Whole)
                    && !(field instanceof StateField.Metrics)
                    && !field.path().startsWith("checkpoint");
            if (learned && field.isIn(model.spec())) {
                field.forEach(model, numbers::add);
            }
        }
        return numbers;
    }
}
