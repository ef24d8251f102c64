package dev.streamgrad.records;

import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.nn.NumpyRandom;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Parsing a sample. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Thread)
public class SampleReaderBenchmark {
    /** corner: a corner of XOR; point: two doubles of full length; digit: 784 numbers of which a fifth are not 0. */
    @Param({"corner", "point", "digit"})
    public String sample;

    private byte[] value;
    private SampleReader reader;

    @Setup
    public void setUp() {
        NumpyRandom random = new NumpyRandom(7);
        StringBuilder json = new StringBuilder();
        ModelSpec spec = ModelSpec.xor();
        switch (sample) {
            case "corner" -> json.append("{\"features\":[0,1],\"label\":[1]}");
            case "point" ->
                json.append("{\"features\":[")
                        .append(random.nextDouble())
                        .append(',')
                        .append(-random.nextDouble())
                        .append("],\"label\":[1]}");
            case "digit" -> {
                json.append("{\"features\":[");
                for (int p = 0; p < 784; p++) {
                    json.append(p == 0 ? "" : ",");
                    json.append(
                            random.nextDouble() < 0.2 ? String.format(Locale.ROOT, "%.4f", random.nextDouble()) : "0");
                }
                json.append("],\"label\":7}");
                spec = spec.with("layers", "784,10").with("output.activation", "softmax");
            }
            default -> throw new IllegalArgumentException(sample);
        }
        value = json.toString().getBytes(StandardCharsets.UTF_8);
        reader = SampleReader.of(spec);
    }

    @Benchmark
    public double[] read() throws BadRecordException {
        reader.read(value);
        return reader.features();
    }
}
