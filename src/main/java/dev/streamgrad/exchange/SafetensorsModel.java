package dev.streamgrad.exchange;

import static dev.streamgrad.records.BadRecordException.shown;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.exchange.Safetensors.Tensor;
import dev.streamgrad.json.Json;
import dev.streamgrad.json.ShortestDecimal;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.ModelState;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.learning.StateField;
import dev.streamgrad.nn.Architecture;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * A model as a safetensors file, and back.
 *
 * <p><b>Written</b> is the whole state, in doubles: what is one number for each weight or input as tensors (see
 * {@link StateTensor}), all else as texts in the file's metadata: what {@link Description} says, the counters by their
 * names in a snapshot, {@code learningRateFactor}, {@code dictionaries}, {@code format=streamgrad} and
 * {@code formatVersion}. Only the model's place in its log is left out, because a file belongs to none.
 *
 * <p><b>Read</b> is either such a file, from which everything returns to the bit, or one that anybody made, with
 * {@code N.weight} and {@code N.bias} for each layer and nothing else. Then settings, scaling, dictionaries, metrics
 * and schedule stay those of the present model, and the optimizer begins anew. Single precision is widened, which is
 * exact. A tensor that the model has no place for is refused, so that nothing is lost without a word.
 *
 * <p>What an import may change is what the model has learned, and the network between its ends. Inputs, outputs,
 * mapping and output activation have to be those of the present model: its records stay what they are.
 */
public final class SafetensorsModel {
    /** The version of these names that this release writes, and the newest it reads. */
    public static final int FORMAT_VERSION = 1;

    private static final String FORMAT = "format";
    private static final String FORMAT_VERSION_NAME = "formatVersion";
    private static final String STREAMGRAD = "streamgrad";
    /** The place in a log, which the present model keeps. */
    private static final Set<String> PLACE = Set.of("firstOffset", "lastOffset");

    private static final Pattern PARAMETERS = Pattern.compile("(0|[1-9][0-9]{0,8})\\.(weight|bias)");
    /** What is a sum of squares or a number of samples. */
    private static final Pattern NOT_NEGATIVE = Pattern.compile("(optimizer|checkpoint)\\.v\\..*|.*\\.counts");

    private static final ObjectMapper MAPPER = new ObjectMapper(Json.FACTORY);

    private final Safetensors file;
    private final Snapshot present;

    private SafetensorsModel(Safetensors file, Snapshot present) {
        this.file = file;
        this.present = present;
    }

    static byte[] write(Snapshot snapshot, String release) throws ExchangeException {
        Model model = snapshot.model();
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(FORMAT, STREAMGRAD);
        metadata.put(FORMAT_VERSION_NAME, Integer.toString(FORMAT_VERSION));
        metadata.putAll(Description.of(snapshot, release));
        for (StateField field : ModelState.FIELDS) {
            if (field.isIn(model.spec())) {
                if (field instanceof StateField.Whole whole && isText(whole)) {
                    metadata.put(field.path(), Long.toString(whole.get(model)));
                } else if (field instanceof StateField.Real real) {
                    metadata.put(
                            field.path(), ShortestDecimal.text(real.getter().applyAsDouble(model)));
                }
            }
        }
        Safetensors.Writer writer = new Safetensors.Writer(metadata);
        for (StateTensor tensor : StateTensor.ofState(model.spec())) {
            double[] numbers = tensor.of(model);
            writer.add(tensor.name(), tensor.shapeOf(numbers), numbers);
        }
        return writer.toBytes();
    }

    private static boolean isText(StateField.Whole field) {
        return !StateTensor.isOne(field) && !PLACE.contains(field.path());
    }

    /**
     * Reads a file for a model.
     *
     * @param present the model that is to take it, as it is now; it is not changed
     * @throws ExchangeException if the file is not in order, or not for this model
     */
    public static Imported read(byte[] file, Snapshot present) throws ExchangeException {
        return new SafetensorsModel(Safetensors.of(file), present).read();
    }

    /** As {@link #read(byte[], Snapshot)}; of a file that is refused only what had to be looked at is read. */
    public static Imported read(Path file, Snapshot present) throws ExchangeException {
        return new SafetensorsModel(Safetensors.of(file), present).read();
    }

    private Imported read() throws ExchangeException {
        if (STREAMGRAD.equals(file.metadata().get(FORMAT))) {
            Model model = ofOurs();
            Snapshot snapshot = snapshot(model);
            boolean same = snapshot.fingerprint().equals(file.metadata().get(Description.FINGERPRINT));
            return new Imported(snapshot, same ? Imported.Extent.AS_EXPORTED : Imported.Extent.CHANGED);
        }
        return new Imported(snapshot(ofAnybodys()), Imported.Extent.WEIGHTS);
    }

    private Snapshot snapshot(Model model) {
        return Snapshot.of(
                present.name(),
                model,
                present.source(),
                Objects.requireNonNullElse(present.log(), new SamplesLog("", null)),
                present.time());
    }

    // a file of anybody's

    private Model ofAnybodys() throws ExchangeException {
        ModelSpec spec = present.model().spec();
        Map<String, double[]> numbers =
                numbers(StateTensor.ofParameters(spec), byLayer(spec.architecture()), spec.architecture());
        Model template = new Model(spec);
        StateTensor.ofParameters(spec).forEach(tensor -> tensor.set(template, numbersOf(numbers, tensor)));
        return present.model().with(template.parameters());
    }

    /** The tensors under the names that they have here: whatever stands between two layers may be more than one. */
    private Map<String, Tensor> byLayer(Architecture architecture) throws ExchangeException {
        TreeMap<Integer, Map<String, Tensor>> layers = new TreeMap<>();
        for (Tensor tensor : file.tensors().values()) {
            Matcher name = PARAMETERS.matcher(tensor.name());
            if (!name.matches()) {
                throw new ExchangeException("a file without the metadata of an export must have N.weight and N.bias for"
                        + " each layer and nothing else; got a tensor " + shown(tensor.name())
                        + "; leave it out, rename it, or keep the metadata format=streamgrad and what is beside it");
            }
            layers.computeIfAbsent(Integer.parseInt(name.group(1)), number -> new LinkedHashMap<>())
                    .put(name.group(2), tensor);
        }
        if (layers.size() != architecture.depth()) {
            throw new ExchangeException("there must be N.weight and N.bias for " + architecture.depth()
                    + " layers, as the model's " + architecture + " has; got " + layers.size()
                    + ", numbered " + shown(layers.keySet().toString()));
        }
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        int layer = 0;
        for (Map.Entry<Integer, Map<String, Tensor>> entry : layers.entrySet()) {
            for (String kind : List.of("weight", "bias")) {
                Tensor tensor = entry.getValue().get(kind);
                if (tensor == null) {
                    throw new ExchangeException(
                            "each layer must have a weight and a bias; got no " + entry.getKey() + "." + kind);
                }
                renamed.put(2 * layer + "." + kind, tensor);
            }
            layer++;
        }
        return renamed;
    }

    // a file of ours

    private Model ofOurs() throws ExchangeException {
        requireReadableVersion();
        ModelSpec spec = spec();
        requireSameEnds(spec);
        List<StateTensor> tensors = StateTensor.ofState(spec);
        Map<String, double[]> numbers = numbers(tensors, file.tensors(), spec.architecture());
        Map<StateField.Whole, Long> wholes = new LinkedHashMap<>();
        for (StateField field : ModelState.FIELDS) {
            if (field.isIn(spec) && field instanceof StateField.Whole whole && isText(whole)) {
                wholes.put(whole, whole(whole));
            }
        }
        double[] words = words(spec);
        double factor = factor();
        try {
            return Model.restore(spec, made -> {
                tensors.forEach(tensor -> tensor.set(made, numbersOf(numbers, tensor)));
                wholes.forEach((field, value) -> field.set(made, value));
                for (StateField field : ModelState.FIELDS) {
                    if (!field.isIn(spec)) {
                        continue;
                    }
                    if (field instanceof StateField.Words) {
                        field.fill(made, DoubleStream.of(words).iterator()::nextDouble);
                    } else if (field instanceof StateField.Real) {
                        field.fill(made, () -> factor);
                    } else if (field instanceof StateField.Whole whole && PLACE.contains(field.path())) {
                        whole.set(made, whole.get(present.model()));
                    }
                }
            });
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ExchangeException("what the file says must be the state of a model; got " + e.getMessage(), e);
        }
    }

    private void requireReadableVersion() throws ExchangeException {
        String version = text(FORMAT_VERSION_NAME);
        int number;
        try {
            number = Integer.parseInt(version);
        } catch (NumberFormatException e) {
            throw new ExchangeException(FORMAT_VERSION_NAME + " must be a whole number; got " + shown(version), e);
        }
        if (number < 1 || number > FORMAT_VERSION) {
            throw new ExchangeException("unknown " + FORMAT_VERSION_NAME + " " + number
                    + " of an exported model, this release reads up to " + FORMAT_VERSION
                    + "; use the release that wrote it, or a newer one");
        }
    }

    private ModelSpec spec() throws ExchangeException {
        try {
            return SpecSettings.parseText(text(Description.SPEC));
        } catch (IllegalArgumentException e) {
            throw new ExchangeException("the metadata's spec must be a model's settings; got " + e.getMessage(), e);
        }
    }

    private void requireSameEnds(ModelSpec spec) throws ExchangeException {
        Architecture then = spec.architecture();
        Architecture now = present.model().spec().architecture();
        requireSame("inputs of layers", now.inputs(), then.inputs());
        requireSame("outputs of layers", now.outputs(), then.outputs());
        requireSame("output.activation", now.output().id(), then.output().id());
        Map<String, String> ours = settings(present.model().spec().birth().mapping());
        Map<String, String> theirs = settings(spec.birth().mapping());
        for (Map.Entry<String, String> setting : ours.entrySet()) {
            requireSame(setting.getKey(), setting.getValue(), String.valueOf(theirs.get(setting.getKey())));
        }
    }

    private static Map<String, String> settings(@Nullable Mapping mapping) {
        return mapping == null ? Mapping.DEFAULTS : mapping.settings();
    }

    private void requireSame(String what, Object now, Object then) throws ExchangeException {
        if (!now.equals(then)) {
            throw new ExchangeException("the file's " + what + " must be " + shown(quoted(now)) + ", as of the model "
                    + shown(present.name()) + "; got " + shown(quoted(then))
                    + "; its records mean something else, so it has to be another model");
        }
    }

    private static String quoted(Object value) {
        String text = value.toString();
        return text.isEmpty() ? "not set" : text;
    }

    private long whole(StateField.Whole field) throws ExchangeException {
        String text = text(field.path());
        try {
            long value = Long.parseLong(text);
            if (value >= field.least()) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(field.path(), "a whole number", text, e);
        }
        throw wrong(field.path(), "at least " + field.least(), text, null);
    }

    private double factor() throws ExchangeException {
        String name = "learningRateFactor";
        String text = text(name);
        try {
            double factor = Double.parseDouble(text);
            if (factor > 0.0 && factor <= 1.0) {
                return factor;
            }
        } catch (NumberFormatException e) {
            throw wrong(name, "a number", text, e);
        }
        throw wrong(name, "over 0 and at most 1", text, null);
    }

    private static ExchangeException wrong(String name, String rule, String text, @Nullable Throwable cause) {
        return new ExchangeException("the metadata's " + name + " must be " + rule + "; got " + shown(text), cause);
    }

    private String text(String name) throws ExchangeException {
        String text = file.metadata().get(name);
        if (text == null) {
            throw new ExchangeException("the metadata of an export must have " + name + "; got none; keep all of it, or"
                    + " leave out " + FORMAT + "=" + STREAMGRAD + " and all tensors but N.weight and N.bias");
        }
        return text;
    }

    /** The words of the dictionaries, as the numbers that {@link StateField.Words} takes. */
    private double[] words(ModelSpec spec) throws ExchangeException {
        DoubleStream.Builder numbers = DoubleStream.builder();
        if (!spec.birth().hasVocabulary()) {
            return new double[0];
        }
        String text = text(Description.DICTIONARIES);
        JsonNode dictionaries;
        try {
            dictionaries = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw wrong(Description.DICTIONARIES, "JSON", text, e);
        }
        int expected =
                Objects.requireNonNull(spec.birth().mapping()).dictionaries().size();
        boolean right = dictionaries.isArray() && dictionaries.size() == expected;
        for (JsonNode dictionary : dictionaries) {
            right &= dictionary.isArray();
            numbers.add(dictionary.size());
            for (JsonNode word : dictionary) {
                right &= word.isTextual();
                byte[] bytes = word.asText().getBytes(StandardCharsets.UTF_8);
                numbers.add(bytes.length);
                for (byte b : bytes) {
                    numbers.add(Byte.toUnsignedInt(b));
                }
            }
        }
        if (!right) {
            throw wrong(Description.DICTIONARIES, expected + " lists of words", text, null);
        }
        return numbers.build().toArray();
    }

    // tensors

    /**
     * The numbers of these tensors, which have to be all that there are; the shapes are looked at before any number.
     */
    private Map<String, double[]> numbers(
            List<StateTensor> expected, Map<String, Tensor> there, Architecture architecture) throws ExchangeException {
        List<String> unknown = new ArrayList<>(there.keySet());
        for (StateTensor tensor : expected) {
            unknown.remove(tensor.name());
            Tensor found = there.get(tensor.name());
            if (found == null) {
                throw new ExchangeException("there must be a tensor " + tensor.name() + " of the shape "
                        + tensor.shape() + " for layers " + architecture + "; got none");
            }
            if (!tensor.hasShape(found.shape())) {
                throw new ExchangeException(
                        shown(found.name()) + " must have the shape " + tensor.shape() + " for layers " + architecture
                                + "; got " + shown(found.shape().toString()));
            }
        }
        if (!unknown.isEmpty()) {
            throw new ExchangeException("there must be no tensor that the model has no place for; got "
                    + shown(String.join(", ", unknown)) + "; leave it out");
        }
        Map<String, double[]> numbers = new LinkedHashMap<>();
        for (StateTensor tensor : expected) {
            Tensor found = Objects.requireNonNull(there.get(tensor.name()));
            double[] read = file.numbers(found);
            if (NOT_NEGATIVE.matcher(tensor.name()).matches()) {
                requireNotNegative(tensor.name(), read);
            }
            numbers.put(tensor.name(), read);
        }
        return numbers;
    }

    private static void requireNotNegative(String name, double[] numbers) throws ExchangeException {
        for (double number : numbers) {
            if (number < 0.0) {
                throw new ExchangeException("the numbers of " + name + " must be at least 0; got " + number);
            }
        }
    }

    private static double[] numbersOf(Map<String, double[]> numbers, StateTensor tensor) {
        return Objects.requireNonNull(numbers.get(tensor.name()));
    }
}
