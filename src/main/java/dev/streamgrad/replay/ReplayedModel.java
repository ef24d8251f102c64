package dev.streamgrad.replay;

import dev.streamgrad.control.Command;
import dev.streamgrad.learning.Drift;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.SampleReader;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** A model that is trained again on the records of its log. */
public final class ReplayedModel {
    private final Replayer replayer;
    private final ModelId id;
    private Model model;
    private final boolean takesKeyless;
    private final long baseVersion;
    private Learner learner;
    private SampleReader reader;

    /** What a record of the model's own partition was to it. */
    public enum Outcome {
        /** It had reached the model before the replay begins. */
        PAST,
        /** A request, or what had to become a dead letter: the model did not see it. */
        UNUSED,
        /** A sample whose step would not have been finite; it is counted. */
        REFUSED,
        /** As {@link #REFUSED}, and the model went back to its checkpoint. */
        RESTORED,
        /** A sample that the model predicted and scored, frozen or because it trains on some only. */
        SCORED,
        /** A sample that the model was trained on. */
        TRAINED;

        /** Whether the model has predicted it, and learned how good that was. */
        public boolean isScored() {
            return this == SCORED || this == TRAINED;
        }

        /** Whether the model is not as it was before. */
        public boolean reachedTheModel() {
            return this != PAST && this != UNUSED;
        }
    }

    ReplayedModel(Replayer replayer, ModelId id, Model model, boolean takesKeyless) {
        this.replayer = replayer;
        this.id = id;
        this.model = model;
        this.takesKeyless = takesKeyless;
        this.baseVersion = model.version();
        this.learner = replayer.learnerOf(model.spec());
        this.reader = replayer.readerOf(model.spec());
    }

    /** A model in this state that takes the same records. */
    public ReplayedModel in(Model state) {
        return new ReplayedModel(replayer, id, state, takesKeyless);
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

    /** The loss of the prediction for the last sample that it was trained on or scored by. */
    public double loss() {
        return learner.loss();
    }

    /** The drift that the last sample has shown; null if it has shown none. */
    @Nullable
    Drift drift() {
        return learner.drift();
    }

    /** As {@link PrequentialMetrics#score} of the prediction for that sample. */
    public double score() {
        return PrequentialMetrics.score(model.spec().birth().task(), learner.prediction(), reader.label());
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
        Learner.Outcome outcome = learner.learn(
                model, reader.features(), reader.label(), reader.weight(), model.trainsOn(record.offset()));
        model.reached(record.offset());
        return switch (outcome) {
            case TRAINED -> Outcome.TRAINED;
            case SCORED -> Outcome.SCORED;
            case NOT_FINITE -> Outcome.REFUSED;
            case RESTORED -> Outcome.RESTORED;
        };
    }

    /**
     * Does what a command says.
     *
     * @return whether the model is still there
     * @throws BadRecordException if the model cannot obey it; it is as it was
     */
    public boolean obey(Command command) throws BadRecordException {
        Model next = command.applyTo(model);
        if (next != null) {
            goOnWith(next);
        }
        return next != null;
    }

    /** A sample makes the model anew, after it was deleted. */
    public void createdAgain(ModelSpec spec, long offset) {
        goOnWith(new Model(spec, offset));
    }

    /** Becomes another model, which something else than a sample made of it. */
    void goOnWith(Model next) {
        model = next;
        learner = replayer.learnerOf(next.spec());
        reader = replayer.readerOf(next.spec());
    }

    /** The size of a record as the setting {@code max.record.bytes} counts it. */
    public static long size(ConsumerRecord<byte[], byte[]> record) {
        return (record.key() == null ? 0L : record.key().length) + (record.value() == null ? 0 : record.value().length);
    }
}
