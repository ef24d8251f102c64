package dev.streamgrad.learning;

import java.util.ArrayList;
import java.util.List;

/** The learned numbers of a model, to compare. */
final class Numbers {
    private Numbers() {}

    static List<Double> of(Model model) {
        List<Double> numbers = new ArrayList<>();
        model.forEachLearned(numbers::add);
        return numbers;
    }
}
