package dev.streamgrad.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.learning.StateField;
import dev.streamgrad.learning.Steering;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That every piece of a model's state is in its bytes, its snapshot and, if it decides anything, its fingerprint. */
class ModelStateTest {
    /** A spec whose models have all there is. */
    private static final ModelSpec EVERYTHING = SpecSettings.parse(Map.ofEntries(
            Map.entry("layers", "*,4,*"),
            Map.entry("features", "x1?,word:category(4)"),
            Map.entry("label.scaling", "running"),
            Map.entry("output.activation", "identity"),
            Map.entry("optimizer", "adam"),
            Map.entry("learning.rate", "0.01"),
            Map.entry("batch.size", "7"),
            Map.entry("features.scaling", "standard"),
            Map.entry("on.divergence", "restore"),
            Map.entry("snapshot.every", "10"),
            Map.entry("drift.detector", "page-hinkley"),
            Map.entry("drift.reaction", "boost")));

    static Stream<String> paths() {
        return ModelState.FIELDS.stream().map(StateField::path);
    }

    private static Model model() {
        Model model = new Model(EVERYTHING);
        Learner learner = new Learner(EVERYTHING);
        SampleReader reader = SampleReader.of(EVERYTHING);
        for (int i = 0; i < 100; i++) {
            String json = "{\"x1\":" + i % 7 + ",\"word\":\"w" + i % 5 + "\",\"label\":" + i % 2 + "}";
            try {
                reader.read(json.getBytes(StandardCharsets.UTF_8));
                reader.encode(model);
            } catch (BadRecordException e) {
                throw new IllegalStateException(e);
            }
            assertThat(learner.learn(model, reader.features(), reader.label(), reader.weight()))
                    .isEqualTo(Learner.Outcome.TRAINED);
        }
        model.reached(99);
        // Two commands: after one, a step more would make the steps the version, which goes without saying.
        Model commanded = Steering.set(model, Map.of("learning.rate", "0.02"), "id-1");
        return Steering.set(commanded, Map.of("learning.rate", "0.03"), "id-2");
    }

    /** The same model, but for one number of one field. */
    private static Model changed(StateField field) {
        Model model = model();
        List<Double> numbers = new ArrayList<>();
        field.forEach(model, numbers::add);
        int last = numbers.size() - 1;
        // Up, but for those that cannot be more than another.
        numbers.set(last, numbers.get(last) + (field.path().endsWith(".steps") ? -1 : 1));
        PrimitiveIterator.OfDouble iterator =
                numbers.stream().mapToDouble(Double::doubleValue).iterator();
        field.fill(model, iterator::nextDouble);
        return model;
    }

    @ParameterizedTest
    @MethodSource("paths")
    void everyField_isInTheBytes_andComesBackFromThem(String path) {
        StateField field = ModelState.field(path);
        assertThat(field.isIn(EVERYTHING)).isTrue();
        byte[] plain = new StateFormat().write(model());
        byte[] bytes = new StateFormat().write(changed(field));
        assertThat(bytes).isNotEqualTo(plain);
        assertThat(new StateFormat().write(new StateFormat().read(bytes))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @MethodSource("paths")
    void everyField_isInTheSnapshot_andInTheFingerprintIfItDecides(String path) {
        StateField field = ModelState.field(path);
        Model changed = changed(field);
        Snapshot plain = Snapshot.of("xor", model(), new Source(0, 99), SnapshotTest.LOG, 5);
        Snapshot other = Snapshot.of("xor", changed, new Source(0, 99), SnapshotTest.LOG, 5);
        assertThat(other.toJson()).isNotEqualTo(plain.toJson());
        assertThat(other.fingerprint().equals(plain.fingerprint()))
                .isNotEqualTo(field.decides().test(changed));
    }

    /** One bad sample more and the first would go back to its checkpoint, the second would not. */
    @Test
    void modelsThatWillDoOtherwise_haveOtherFingerprints() {
        ModelSpec spec = ModelSpec.xor()
                .with("layers", "1,1")
                .with("output.activation", "identity")
                .with("on.divergence", "restore")
                .with("divergence.restore.after", "2");
        Model nearly = new Model(spec);
        Model fresh = new Model(spec);
        Learner learner = new Learner(spec);
        double[] huge = {1e300};
        double[] label = {0};
        assertThat(learner.learn(nearly, huge, label, 1.0)).isEqualTo(Learner.Outcome.NOT_FINITE);
        assertThat(Fingerprint.of(nearly)).isNotEqualTo(Fingerprint.of(fresh));
        assertThat(learner.learn(nearly, huge, label, 1.0)).isEqualTo(Learner.Outcome.RESTORED);
        assertThat(learner.learn(fresh, huge, label, 1.0)).isEqualTo(Learner.Outcome.NOT_FINITE);
    }
}
