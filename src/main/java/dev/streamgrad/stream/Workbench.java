package dev.streamgrad.stream;

import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.ValueFormat;

/**
 * What all models of one birth share within a task: the reader and the learner, with their scratch.
 *
 * @param reader reads samples for them
 * @param learner learns the samples
 */
record Workbench(SampleReader reader, Learner learner) {

    Workbench(ModelSpec spec, ValueFormat format) {
        this(SampleReader.of(spec, format), new Learner(spec));
    }
}
