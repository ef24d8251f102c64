package dev.streamgrad.records;

import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
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

/** Writing a snapshot, its fingerprint included, and reading it. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Thread)
public class SnapshotBenchmark {
    @Param({"2,4,1", "784,1000,200,10"})
    public String layers;

    private Model model;
    private byte[] bytes;

    /** A model that has seen a full window of metrics, and whose numbers are as long as learned ones are. */
    @Setup
    public void setUp() {
        ModelSpec spec = ModelSpec.xor().with("layers", layers).with("initializer", "xavier");
        Learner learner = new Learner(spec);
        model = new Model(spec);
        double[] features = new double[spec.architecture().inputs()];
        double[] label = new double[spec.architecture().outputs()];
        features[0] = 0.7;
        label[0] = 1.0;
        int samples = spec.architecture().parameters() < 100 ? 2000 : 10;
        for (int i = 0; i < samples; i++) {
            learner.learn(model, features, label, 1.0);
        }
        bytes = write();
    }

    @Benchmark
    public byte[] write() {
        return Snapshot.of("xor", model, new Source(0, 1_000_000), new SamplesLog("", "xor"), 1_700_000_000_000L)
                .toJson();
    }

    @Benchmark
    public Snapshot read() {
        return Snapshot.read(bytes);
    }
}
