package dev.streamgrad.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.streamgrad.exchange.Safetensors.Tensor;
import dev.streamgrad.learning.Model;
import dev.streamgrad.nn.Layer;
import dev.streamgrad.nn.Parameters;
import dev.streamgrad.records.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Files that Python's safetensors has written and read; {@code golden.py} among the resources made them. */
class GoldenExchangeTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = GoldenExchangeTest.class.getResourceAsStream("/exchange/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    private static double[] numbers(JsonNode file, String tensor) {
        JsonNode hexadecimal = file.path("tensors").path(tensor).path("numbers");
        double[] numbers = new double[hexadecimal.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Double.parseDouble(hexadecimal.get(i).asText());
        }
        return numbers;
    }

    private static void requireSameBits(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Double.doubleToRawLongBits(actual[i])).isEqualTo(Double.doubleToRawLongBits(expected[i]));
        }
    }

    @Test
    void whatPythonWrote_isReadToTheBit() throws Exception {
        Safetensors file = Safetensors.of(golden("python.safetensors"));
        JsonNode python = MAPPER.readTree(golden("python.json"));
        assertThat(file.tensors()).hasSize(4);
        for (Map.Entry<String, Tensor> tensor : file.tensors().entrySet()) {
            JsonNode expected = python.path("tensors").path(tensor.getKey());
            assertThat(tensor.getValue().shape().toString())
                    .isEqualTo(expected.path("shape").toString().replace(",", ", "));
            requireSameBits(file.numbers(tensor.getValue()), numbers(python, tensor.getKey()));
        }
        assertThat(numbers(python, "0.bias"))
                .as("the least and the greatest double")
                .contains(0x1p-1074, Double.MAX_VALUE);
        assertThat(python.path("tensors").path("2.weight").path("dtype").asText())
                .isEqualTo("float32");
    }

    @Test
    void whatPythonWrote_isTakenByAModel() throws Exception {
        JsonNode python = MAPPER.readTree(golden("python.json"));
        Model back = SafetensorsModel.read(golden("python.safetensors"), Exported.snapshot(GoldenExport.model()))
                .snapshot()
                .model();
        requireSameLayers(python, "", back.parameters());
    }

    /** Byte for byte, for ever: whoever has a file compares it with another one of the same model. */
    @Test
    void version1_isWrittenAsEver() throws Exception {
        assertThat(GoldenExport.bytes()).isEqualTo(golden("streamgrad.safetensors"));
    }

    @Test
    void version1_isReadAsEver() throws Exception {
        Model model = GoldenExport.model();
        Imported imported =
                SafetensorsModel.read(golden("streamgrad.safetensors"), Exported.snapshot(new Model(model.spec())));
        assertThat(imported.extent()).isEqualTo(Imported.Extent.AS_EXPORTED);
        assertThat(imported.snapshot().fingerprint()).isEqualTo(Fingerprint.of(model));
    }

    /** Weights out × in; each number of each tensor as the model has it. */
    @Test
    void whatIsWritten_isReadByPythonToTheBit() throws Exception {
        JsonNode python = MAPPER.readTree(golden("streamgrad.json"));
        Model model = GoldenExport.model();
        requireSameLayers(python, "", model.parameters());
        requireSameLayers(python, "optimizer.m.", model.state().slots().get(0));
        requireSameLayers(python, "optimizer.v.", model.state().slots().get(1));
        requireSameBits(numbers(python, "scaling.count"), new double[] {1000.0});
        requireSameBits(
                numbers(python, "scaling.means"),
                Objects.requireNonNull(model.scaler()).mean());
        requireSameBits(numbers(python, "scaling.squares"), model.scaler().squares());
        assertThat(python.path("metadata").path("fingerprint").asText()).isEqualTo(Fingerprint.of(model));
        assertThat(python.path("metadata").path("model").asText()).isEqualTo("xor");
        assertThat(python.path("tensors").findValuesAsText("dtype")).containsOnly("float64");
    }

    private static void requireSameLayers(JsonNode python, String prefix, Parameters parameters) {
        for (int l = 0; l < parameters.depth(); l++) {
            Layer layer = parameters.layer(l);
            String name = prefix + 2 * l;
            assertThat(python.path("tensors")
                            .path(name + ".weight")
                            .path("shape")
                            .toString())
                    .isEqualTo(List.of(layer.out(), layer.in()).toString().replace(" ", ""));
            double[] weights = numbers(python, name + ".weight");
            for (int j = 0; j < layer.out(); j++) {
                for (int i = 0; i < layer.in(); i++) {
                    requireSameBits(
                            new double[] {layer.weights().getEntry(i, j)}, new double[] {weights[j * layer.in() + i]});
                }
            }
            requireSameBits(layer.biases().toArray(), numbers(python, name + ".bias"));
        }
    }
}
