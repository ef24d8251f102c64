package dev.streamgrad.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateFormatTest {

    static List<ModelSpec> specs() {
        ModelSpec xor = ModelSpec.xor();
        return List.of(
                xor,
                xor.with("optimizer", "adamw").with("learning.rate", "0.01").with("batch.size", "7"),
                xor.with("features.scaling", "standard").with("on.divergence", "restore"),
                xor.with("features.scaling", "running").with("on.divergence", "restore"),
                xor.with("output.activation", "identity")
                        .with("label.scaling", "running")
                        .with("on.divergence", "restore"),
                xor.with("drift.detector", "hddm-a"),
                xor.with("drift.detector", "adwin").with("drift.reaction", "boost"),
                xor.with("drift.detector", "page-hinkley")
                        .with("drift.page-hinkley.threshold", "0.5")
                        .with("drift.reaction", "reset"),
                xor.with("layers", "2,1"),
                xor.with("layers", "2,8,5,1")
                        .with("hidden.activation", "tanh,gelu")
                        .with("optimizer", "nesterov"));
    }

    static Model trained(ModelSpec spec, int samples) {
        Model model = new Model(spec);
        train(model, 0, samples);
        return model;
    }

    static void train(Model model, int from, int to) {
        Learner learner = new Learner(model.spec());
        SampleSource source = Dataset.XOR.samples(1);
        for (int i = 0; i < to; i++) {
            Sample sample = source.next();
            if (i >= from) {
                double[] features = sample.features().stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray();
                double[] label = Objects.requireNonNull(sample.label()).stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray();
                assertThat(learner.learn(model, features, label, 1.0)).isEqualTo(Learner.Outcome.TRAINED);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void modelReadBack_goesOnToTheSameBits(ModelSpec spec) {
        StateFormat format = new StateFormat();
        Model model = trained(spec, 1234);
        byte[] bytes = format.write(model);
        assertThat((long) bytes.length).isLessThanOrEqualTo(StateFormat.largest(spec));
        Model back = format.read(bytes);
        assertThat(format.write(back)).isEqualTo(bytes);
        assertThat(ModelState.counters(back)).isEqualTo(ModelState.counters(model));
        train(model, 1234, 2000);
        train(back, 1234, 2000);
        assertThat(Fingerprint.of(back)).isEqualTo(Fingerprint.of(model));
        assertThat(back.metrics().window()).isEqualTo(model.metrics().window());
    }

    @Test
    void modelsOfOneSpec_shareOneSpecObject() {
        StateFormat format = new StateFormat();
        byte[] bytes = format.write(trained(ModelSpec.xor(), 10));
        assertThat(format.read(bytes).spec()).isSameAs(format.read(bytes).spec());
    }

    @ParameterizedTest
    @MethodSource("specs")
    void specs_sayOnlyWhatDiffers_andAreReadBack(ModelSpec spec) {
        byte[] text = SpecText.of(spec);
        assertThat(text.length).isLessThan(140);
        assertThat(SpecText.read(text)).isEqualTo(spec);
    }

    @Test
    void theDefaultSpec_takesNoBytes() {
        assertThat(SpecText.of(ModelSpec.xor())).isEmpty();
    }

    @Test
    void whatIsNoSpec_isRefused() {
        assertThatThrownBy(() -> SpecText.read("seed".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("every line of a state's spec must be name=value; got seed");
        assertThatThrownBy(() -> SpecText.read(new byte[] {-1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be UTF-8");
    }

    /**
     * Version 1 of the format, for ever: the xor model after 1,000 samples of {@code Dataset.XOR.samples(1)}, written
     * by the first release. The fingerprint beside it was computed from its numbers by a few lines of Python.
     */
    @Test
    void version1_isStillRead() throws IOException {
        Model model = new StateFormat().read(golden("state-v1.hex"));
        assertThat(model.version()).isEqualTo(1000);
        assertThat(model.spec()).isEqualTo(ModelSpec.xor());
        assertThat(Fingerprint.of(model)).isEqualTo(GoldenFiles.FINGERPRINT);
        assertThat(Fingerprint.of(trained(ModelSpec.xor(), 1000)))
                .as("the same samples give the same bits on this JVM")
                .isEqualTo(GoldenFiles.FINGERPRINT);
    }

    /** Version 2, for ever: the same model. */
    @Test
    void version2_isStillRead() throws IOException {
        Model model = new StateFormat().read(golden("state-v2.hex"));
        Model trained = trained(ModelSpec.xor(), 1000);
        assertThat(model.spec()).isEqualTo(ModelSpec.xor());
        assertThat(ModelState.counters(model)).isEqualTo(ModelState.counters(trained));
        assertThat(Fingerprint.of(model)).isEqualTo(GoldenFiles.FINGERPRINT);
        assertThat(model.metrics().window()).isEqualTo(trained.metrics().window());
        assertThat(model.metrics().sinceStart()).isEqualTo(trained.metrics().sinceStart());
    }

    /** Version 3, for ever: the same model, and byte for byte what this release writes. */
    @Test
    void version3_isStillRead_andWritten() throws IOException {
        Model trained = trained(ModelSpec.xor(), 1000);
        trained.reached(999);
        Model model = new StateFormat().read(golden("state-v3.hex"));
        assertThat(ModelState.counters(model)).isEqualTo(ModelState.counters(trained));
        assertThat(Fingerprint.of(model)).isEqualTo(GoldenFiles.FINGERPRINT);
        assertThat(new StateFormat().write(trained)).isEqualTo(golden("state-v3.hex"));
    }

    /** Version 4, for ever: the same samples under a detector of drift. */
    @Test
    void version4_isRead_andWrittenForAModelThatIsWatched() throws IOException {
        Model trained = trained(GoldenFiles.WATCHED, 1000);
        trained.reached(999);
        Model model = new StateFormat().read(golden("state-v4.hex"));
        assertThat(model.spec()).isEqualTo(GoldenFiles.WATCHED);
        assertThat(ModelState.counters(model)).isEqualTo(ModelState.counters(trained));
        assertThat(Fingerprint.of(model))
                .isEqualTo(Fingerprint.of(trained))
                .as("its detector is in it")
                .isNotEqualTo(GoldenFiles.FINGERPRINT);
        assertThat(new StateFormat().write(trained)).isEqualTo(golden("state-v4.hex"));
    }

    /** Labels of a regression are in the metrics, so the state must keep the bits of any. */
    @ParameterizedTest
    @ValueSource(doubles = {0x1p53 - 1, 0x1p53, 0x1p53 + 2, -0.0, 0.0, 1, -1, 0.1, 1e150, 127, 128, 4.9e-324})
    void numbersOfTheMetrics_keepTheirBits(double label) {
        ModelSpec spec = ModelSpec.xor()
                .with("layers", "1,1")
                .with("output.activation", "identity")
                .with("seed", "1");
        Model model = new Model(spec.with("loss", "mae").with("learning.rate", "1e-300"));
        new Learner(model.spec()).learn(model, new double[] {0}, new double[] {label}, 1.0);
        StateFormat format = new StateFormat();
        assertThat(metrics(format.read(format.write(model)))).isEqualTo(metrics(model));
        assertThat(metrics(model)).contains(Double.doubleToRawLongBits(label));
    }

    private static List<Long> metrics(Model model) {
        List<Long> bits = new ArrayList<>();
        model.metrics().write(number -> bits.add(Double.doubleToRawLongBits(number)));
        return bits;
    }

    /** What a million models need is a million times this; the page on operating says it. */
    @Test
    void aSmallModel_isAFewHundredBytes() {
        StateFormat format = new StateFormat();
        assertThat(format.write(trained(ModelSpec.xor(), 1)).length).isLessThan(250);
        assertThat(format.write(trained(ModelSpec.xor(), 5_000)).length).isLessThan(450);
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = StateFormatTest.class.getResourceAsStream("/golden/" + name)) {
            return HexFormat.of()
                    .parseHex(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII).strip());
        }
    }

    @Test
    void newerVersion_isRefusedByItsNumber() {
        byte[] bytes = new StateFormat().write(trained(ModelSpec.xor(), 1));
        bytes[3] = 5;
        assertThatThrownBy(() -> new StateFormat().read(bytes))
                .hasMessageContaining("unknown version 5 of a model's state, this release reads up to 4");
    }

    @Test
    void everyFlippedBit_isFound() {
        StateFormat format = new StateFormat();
        byte[] bytes = format.write(trained(ModelSpec.xor(), 5));
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> format.read(damaged))
                    .as("bit %d", bit)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void everyTruncation_isFound() {
        StateFormat format = new StateFormat();
        byte[] bytes = format.write(trained(ModelSpec.xor(), 5));
        List<Integer> accepted = new ArrayList<>();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            try {
                format.read(cut);
                accepted.add(length);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("a model's state");
            }
        }
        assertThat(accepted).isEmpty();
    }
}
