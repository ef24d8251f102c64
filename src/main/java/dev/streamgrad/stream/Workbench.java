package dev.streamgrad.stream;

import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.SampleReader;

/**
 * What all models of one spec share within a task: the reader and the learner, with their scratch.
 *
 * @param reader reads samples for the spec
 * @param learner learns them
 * @param untrained version 0, which answers requests for models that are not there
 */
record Workbench(SampleReader reader, Learner learner, Model untrained) {

    Workbench(ModelSpec spec) {
        this(new SampleReader(spec), new Learner(spec), new Model(spec));
    }
}
