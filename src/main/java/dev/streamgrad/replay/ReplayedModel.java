package dev.streamgrad.replay;

import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.SampleReader;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A model that is trained again on the records of its log. */
public final class ReplayedModel {
    private final ModelId id;
    private final Model model;
    private final boolean takesKeyless;
    private final long baseVersion;
    private final Learner learner;
    private final SampleReader reader;

    /** What a record of the model's own partition was to it. */
    public enum Outcome {
        /** It had reached the model before the replay begins. */
        PAST,
        /** A request, or what had to become a dead letter: the model did not see it. */
        UNUSED,
        /** A sample whose step would not have been finite; it is counted. */
        REFUSED,
        /** A sample that the model was trained on. */
        TRAINED
    }

    ReplayedModel(ModelId id, Model model, boolean takesKeyless, Learner learner, SampleReader reader) {
        this.id = id;
        this.model = model;
        this.takesKeyless = takesKeyless;
        this.baseVersion = model.version();
        this.learner = learner;
        this.reader = reader;
    }

    /** Its name, and the partition of the samples topic that has its history. */
    public ModelId id() {
        return id;
    }

    /** The model as it is now. */
    public Model model() {
        return model;
    }

    /** The version at which the replay begins. */
    public long baseVersion() {
        return baseVersion;
    }

    /** Whether records without a key are the model's. */
    public boolean takesKeyless() {
        return takesKeyless;
    }

    /** Takes a record of its own: one with its name as the key, or without a key if it takes those. */
    public Outcome take(ConsumerRecord<byte[], byte[]> record) {
        if (record.offset() <= model.lastOffset()) {
            return Outcome.PAST;
        }
        if (size(record) > model.spec().hyperparameters().maxRecordBytes()) {
            return Outcome.UNUSED;
        }
        try {
            reader.read(record.value(), record.headers(), id.name(), true);
            if (!reader.hasLabel()) {
                return Outcome.UNUSED;
            }
            reader.encode(model);
        } catch (BadRecordException e) {
            return Outcome.UNUSED;
        }
        Learner.Outcome outcome = learner.learn(model, reader.features(), reader.label(), reader.weight());
        model.reached(record.offset());
        return outcome == Learner.Outcome.TRAINED ? Outcome.TRAINED : Outcome.REFUSED;
    }

    /** The size of a record as the setting {@code max.record.bytes} counts it. */
    public static long size(ConsumerRecord<byte[], byte[]> record) {
        return (record.key() == null ? 0L : record.key().length) + (record.value() == null ? 0 : record.value().length);
    }
}
