package dev.streamgrad.records;

import dev.streamgrad.nn.NumpyRandom;
import java.util.Arrays;
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

/** Writing a prediction. The numbers change from one to the next, as they do while a model learns. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Thread)
public class PredictionBenchmark {
    private static final int VARIANTS = 1024;

    @Param({"1", "10"})
    public int outputs;

    private final Prediction.Writer writer = new Prediction.Writer();
    private final double[][] predictions = new double[VARIANTS][];
    private final double[] losses = new double[VARIANTS];
    private double[] label;
    private long offset;

    @Setup
    public void setUp() {
        NumpyRandom random = new NumpyRandom(7);
        for (int i = 0; i < VARIANTS; i++) {
            predictions[i] = new double[outputs];
            Arrays.setAll(predictions[i], j -> random.nextDouble());
            losses[i] = random.nextDouble();
        }
        label = new double[outputs];
        label[0] = 1.0;
        offset = 1_000_000;
    }

    @Benchmark
    public byte[] write() {
        offset++;
        int i = (int) (offset % VARIANTS);
        return writer.write(null, predictions[i], null, label, losses[i], offset, true, 0, offset);
    }
}
