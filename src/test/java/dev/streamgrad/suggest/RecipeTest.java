package dev.streamgrad.suggest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.learning.Birth;
import dev.streamgrad.learning.FeatureScaling;
import dev.streamgrad.learning.LabelScaling;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.learning.Task;
import dev.streamgrad.nn.Loss;
import dev.streamgrad.records.Snapshot;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RecipeTest {
    /** The spec that the settings make, with the ends of the layers that features and label would give. */
    private static ModelSpec spec(Task task, int outputs, long samples, int inputs) {
        Map<String, String> settings = new LinkedHashMap<>(Recipe.of(task, outputs, samples, inputs));
        settings.computeIfPresent(
                "layers",
                (name, layers) -> layers.replaceFirst("^\\*", inputs + "").replaceFirst("\\*$", outputs + ""));
        return SpecSettings.parseGiven(settings);
    }

    @ParameterizedTest
    @CsvSource({
        "BINARY, 1, BINARY_CROSS_ENTROPY, NONE",
        "MULTI_CLASS, 3, CROSS_ENTROPY, NONE",
        "REGRESSION, 1, MSE, RUNNING",
        "REGRESSION, 2, MSE, RUNNING"
    })
    void label_decidesOutputLossAndItsScaling(Task task, int outputs, String loss, LabelScaling scaling) {
        Birth birth = spec(task, outputs, 5000, 10).birth();
        assertThat(birth.task()).isEqualTo(task);
        assertThat(birth.loss()).isEqualTo(Loss.valueOf(loss));
        assertThat(birth.labelScaling()).isEqualTo(scaling);
        assertThat(birth.scaling()).isEqualTo(FeatureScaling.RUNNING);
    }

    @ParameterizedTest
    @CsvSource({"1, '*,32,*', tanh", "999, '*,32,*', tanh", "1000, '*,64,*', relu", "10000000, '*,64,*', relu"})
    void fewRecords_giveASmallerNetworkThatBeginsAsALinearOne(long samples, String layers, String activation) {
        assertThat(Recipe.of(Task.BINARY, 1, samples, 10))
                .containsEntry("layers", layers)
                .containsEntry("hidden.activation", activation);
    }

    /** 64·(inputs + 1) + 65 is at most 54,000 up to 841 inputs. */
    @ParameterizedTest
    @CsvSource({
        "1, 841, 5000, '*,64,*'",
        "1, 842, 5000, '*,32,*'",
        "1, 842, 500, '*,32,*'",
        "1, 4000, 500, '*,8,*'",
        "1, 1000000, 5000, '*,8,*'",
        "1000, 10, 5000, '*,32,*'"
    })
    void manyInputsOrClasses_halveTheWidth(int outputs, int inputs, long samples, String layers) {
        assertThat(Recipe.of(outputs == 1 ? Task.REGRESSION : Task.MULTI_CLASS, outputs, samples, inputs))
                .containsEntry("layers", layers);
    }

    @ParameterizedTest
    @EnumSource(Task.class)
    void learningRate_fallsToAThirdInFiveHundredSteps_andStaysThere(Task task) {
        ModelSpec spec = spec(task, task == Task.MULTI_CLASS ? 3 : 1, 5000, 10);
        double rate = spec.hyperparameters().optimizer().learningRate();
        assertThat(rate).isEqualTo(0.01);
        assertThat(spec.hyperparameters().schedule().at(rate, 500)).isEqualTo(0.003);
        assertThat(spec.hyperparameters().schedule().at(rate, 1_000_000)).isEqualTo(0.003);
    }

    @Test
    void sampleCountsAtOnce_withoutMomentum() {
        ModelSpec spec = spec(Task.BINARY, 1, 5000, 10);
        assertThat(spec.hyperparameters().batchSize()).isEqualTo(1);
        assertThat(spec.hyperparameters().optimizer().settings())
                .containsEntry("adam.beta1", 0.0)
                .containsEntry("weight.decay", 0.0);
    }

    @Test
    void largestModel_hasASnapshotOfAtMost4MB() {
        assertThat(Snapshot.largest(spec(Task.MULTI_CLASS, 20, 5000, 822))).isLessThan(4 << 20);
    }
}
