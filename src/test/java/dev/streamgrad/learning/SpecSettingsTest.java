package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecSettingsTest {

    private static ModelSpec parse(String text) {
        return SpecSettings.parse(Arrays.stream(text.split(" "))
                .map(pair -> pair.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1])));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "layers=2,4,1",
                "layers=2,1",
                "layers=784,256,64,10 hidden.activation=relu,gelu output.activation=softmax loss=cross-entropy",
                "optimizer=nesterov momentum=0.8 weight.decay=0.01",
                "optimizer=adamw adam.beta1=0.8 adam.epsilon=1e-6 schedule=warmup-cosine schedule.warmup=10",
                "features.scaling=running",
                "output.activation=identity label.scaling=running",
                "schedule=step-decay schedule.every=7 schedule.factor=0.9",
                "schedule=cosine schedule.steps=123 schedule.minimum=0.001",
                "batch.size=8 clip.gradient.norm=0.25 features.scaling=standard on.divergence=restore seed=4294967295"
            })
    void whatIsWritten_readsBackTheSame(String text) {
        ModelSpec spec = parse(text);
        assertThat(SpecSettings.parse(SpecSettings.format(spec))).isEqualTo(spec);
        assertThat(SpecSettings.parseText(SpecSettings.formatText(spec))).isEqualTo(spec);
    }

    /** A model that was created with it before it was refused lives on. */
    @Test
    void softmaxWithOneOutput_isRefusedWhereItIsGiven_butReadWhereItIsStored() {
        Map<String, String> settings = Map.of("layers", "2,4,1", "output.activation", "softmax");
        assertThatThrownBy(() -> SpecSettings.parseGiven(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("output.activation must not be softmax where layers ends with 1");
        assertThat(SpecSettings.parse(settings).architecture().outputs()).isEqualTo(1);
        assertThat(SpecSettings.parseGiven(Map.of("layers", "2,4,2", "output.activation", "softmax"))
                        .task())
                .isEqualTo(Task.MULTI_CLASS);
    }

    @Test
    void differences_areTheSettingsThatDiffer_andNoOthers() {
        assertThat(SpecSettings.differences(parse("learning.rate=0.3"), parse("learning.rate=0.1 batch.size=8")))
                .isEqualTo("learning.rate 0.3 (now 0.1), batch.size 1 (now 8)");
        assertThat(SpecSettings.differences(parse("optimizer=sgd"), parse("optimizer=momentum")))
                .isEqualTo("optimizer sgd (now momentum)");
        ModelSpec plain = parse("output.activation=identity");
        ModelSpec scaled = parse("output.activation=identity label.scaling=running");
        assertThat(SpecSettings.differences(plain, scaled)).isEqualTo("label.scaling none (now running)");
        assertThat(SpecSettings.differences(scaled, plain)).isEqualTo("label.scaling running (now none)");
    }

    @Test
    void nothingSet_isTheNotebooksNetwork() {
        assertThat(SpecSettings.formatText(SpecSettings.parse(Map.of())))
                .contains("layers=2,4,1", "loss=mse", "optimizer=sgd", "initializer=normal", "seed=42");
    }

    /** Before JDK 19, Double.toString writes one digit more than 2⁻⁴⁴ needs; audit compares this text. */
    @Test
    void numbers_areWrittenTheSame_onEveryJvm() {
        String rate = "5.684341886080802E-14";
        assertThat(Double.parseDouble(rate)).isEqualTo(0x1p-44);
        ModelSpec spec = parse("schedule=cosine learning.rate=" + rate + " schedule.minimum=" + rate);
        assertThat(SpecSettings.format(spec))
                .containsEntry("learning.rate", rate)
                .containsEntry("schedule.minimum", rate);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "layers=2 | layers must have at least two sizes",
                "layers=2,x,1 | layers must be whole numbers separated by commas, such as 2,4,1; got 2,x,1",
                "layers=2,4,4,1 hidden.activation=relu,relu,relu | hidden.activation must be one activation for all hidden"
                        + " layers or one for each of the 2; got relu,relu,relu",
                "loss=cross-entropy | loss cross-entropy needs the output activation softmax; got sigmoid",
                "optimizer=rmsprop | optimizer must be one of sgd, momentum, nesterov, adam, adamw; got rmsprop",
                "optimizer=momentum momentum=0 | momentum must be over 0 with optimizer=momentum",
                "learning.rate=fast | learning.rate must be a number; got fast",
                "learning.rate=NaN | learning.rate must be a finite number over 0; got NaN",
                "seed=-1 | seed must be from 0 to 4294967295; got -1",
                "batch.size=0 | batch.size must be at least 1; got 0",
                "batch.size=9999999999 | batch.size must be at most 2147483647; got 9999999999",
                "clip.gradient.norm=-1 | clip.gradient.norm must be a finite number of at least 0",
                "schedule=linear | schedule must be one of constant, step-decay, cosine, warmup-cosine; got linear",
                "on.divergence=ignore | on.divergence must be one of skip, restore, stop; got ignore",
                "metrics.window=1 | metrics.window must be at least 10; got 1",
                "label.scaling=log | label.scaling must be one of none, running; got log",
                "label.scaling=running | label.scaling running needs the output activation identity, because any other bounds what"
                        + " is to be scaled back; got sigmoid; set output.activation=identity to learn numbers, or"
                        + " label.scaling=none to learn classes",
                "colour=red | no model setting is called colour"
            })
    void wrongSetting_isRefusedByNameRuleAndValue(String text, String message) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void labels_mustBeWithinWhatTheOutputCanReach() {
        assertThat(ModelSpec.xor().birth().faultOf(new double[] {1.5}))
                .startsWith("label[0] must be from 0.0 to 1.0")
                .contains("sigmoid", "got 1.5", "output.activation=identity");
        assertThat(ModelSpec.xor().birth().faultOf(new double[] {0.5})).isNull();
        ModelSpec classes = parse("layers=2,3 output.activation=softmax loss=cross-entropy");
        assertThat(classes.birth().faultOf(new double[] {0.5, 0.5, 0.5}))
                .contains("must add up to 1", "got a sum of 1.5");
        assertThat(classes.birth().faultOf(new double[] {0.25, 0.25, 0.5})).isNull();
    }
}
