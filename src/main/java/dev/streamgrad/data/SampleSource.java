package dev.streamgrad.data;

import dev.streamgrad.records.Sample;
import java.util.Iterator;
import java.util.List;

/** Samples one after the other, without end unless {@link #hasNext} says so. */
public interface SampleSource extends Iterator<Sample> {

    @Override
    default boolean hasNext() {
        return true;
    }

    /** The next sample. */
    @Override
    Sample next();

    /**
     * These samples, with every label {@code y} replaced by {@code 1 − y} from sample {@code first} on, counted from 0.
     */
    default SampleSource flippedFrom(long first) {
        SampleSource original = this;
        return new SampleSource() {
            private long count;

            @Override
            public boolean hasNext() {
                return original.hasNext();
            }

            @Override
            public Sample next() {
                Sample sample = original.next();
                List<Double> label = sample.label();
                if (count++ < first || label == null) {
                    return sample;
                }
                return new Sample(
                        sample.features(), label.stream().map(y -> 1.0 - y).toList(), sample.id(), sample.bareLabel());
            }
        };
    }
}
