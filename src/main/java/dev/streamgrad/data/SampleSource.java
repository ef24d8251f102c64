package dev.streamgrad.data;

import dev.streamgrad.records.Sample;

/** Samples one after the other, without end. */
public interface SampleSource {

    /** The next sample. */
    Sample next();
}
