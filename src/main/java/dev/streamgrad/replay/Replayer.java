package dev.streamgrad.replay;

import dev.streamgrad.learning.Birth;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.ValueFormat;
import dev.streamgrad.settings.Settings;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the models that are to be trained again. Those of one birth share what a step needs besides the model, so a
 * replay of many small models costs their states and little more. One thread at a time.
 */
public final class Replayer {
    private final Settings settings;
    private final ValueFormat values;
    private final boolean onePartition;
    private final Map<Birth, Learner> learners = new HashMap<>();
    private final Map<Birth, SampleReader> readers = new HashMap<>();

    /**
     * A replayer.
     *
     * @param settings stand in for what snapshots of format 1 do not say
     * @param samplesPartitions how many partitions the samples topic has, for the same
     * @param values what the values of samples are
     */
    public Replayer(Settings settings, int samplesPartitions, ValueFormat values) {
        this.settings = settings;
        this.values = values;
        this.onePartition = samplesPartitions == 1;
    }

    /**
     * The model of a snapshot as it was at version 0, to be trained from the sample that created it.
     *
     * @param created its settings then, if an event says them; else those of the snapshot
     */
    public ReplayedModel fromTheStart(Snapshot snapshot, Known known, Optional<ModelSpec> created) {
        ModelSpec spec = created.orElseGet(() -> specOf(snapshot, known));
        return replayed(snapshot, new Model(spec, snapshot.model().firstOffset()), known);
    }

    /** The model of a snapshot, to be trained on from there. */
    public ReplayedModel from(Snapshot snapshot, Known known) {
        ModelSpec spec = specOf(snapshot, known);
        Model model = snapshot.model();
        return replayed(snapshot, spec.equals(model.spec()) ? model : model.with(spec), known);
    }

    /**
     * A model that has no snapshot yet, as the sample at this offset creates it.
     *
     * @param created its settings, if an event says them; else those of the application
     */
    public ReplayedModel created(ModelId id, long offset, Optional<ModelSpec> created) {
        ModelSpec spec = created.orElseGet(() -> settings.specOf(id.name()));
        return replayed(id, new Model(spec, offset), isKeylessBySettings(id.name()));
    }

    /** A model of this application, to be trained on from where it is. */
    public ReplayedModel from(ModelId id, Model model) {
        return replayed(id, model, isKeylessBySettings(id.name()));
    }

    /**
     * What a model's snapshots, from the one that it begins with, say of what decides which records are its own.
     *
     * @param maxRecordBytes the largest record that it takes; 0 if none of them says so, because all are of format 1
     * @param takesKeyless whether records without a key are its own
     */
    public record Known(int maxRecordBytes, boolean takesKeyless) {
        /** Nothing is said. */
        public static final Known NOTHING = new Known(0, false);

        /** With what this snapshot says. */
        public Known and(Snapshot snapshot) {
            SamplesLog log = snapshot.log();
            return log == null
                    ? this
                    : new Known(
                            snapshot.model().spec().hyperparameters().maxRecordBytes(),
                            takesKeyless || snapshot.name().equals(log.keylessModel()));
        }
    }

    private ReplayedModel replayed(Snapshot snapshot, Model model, Known known) {
        boolean takesKeyless =
                known.maxRecordBytes() == 0 ? isKeylessBySettings(snapshot.name()) : known.takesKeyless();
        return replayed(new ModelId(snapshot.name(), snapshot.source().partition()), model, takesKeyless);
    }

    private ReplayedModel replayed(ModelId id, Model model, boolean takesKeyless) {
        return new ReplayedModel(this, id, model, takesKeyless);
    }

    Learner learnerOf(ModelSpec spec) {
        return learners.computeIfAbsent(spec.birth(), Learner::new);
    }

    SampleReader readerOf(ModelSpec spec) {
        return readers.computeIfAbsent(spec.birth(), birth -> SampleReader.of(spec, values));
    }

    private boolean isKeylessBySettings(String name) {
        return onePartition && name.equals(settings.defaultModel());
    }

    /** The spec of a snapshot; where neither it nor a later one says how large records may be, the settings say it. */
    private ModelSpec specOf(Snapshot snapshot, Known known) {
        ModelSpec spec = snapshot.model().spec();
        int largest = known.maxRecordBytes() > 0
                ? known.maxRecordBytes()
                : settings.defaultSpec().hyperparameters().maxRecordBytes();
        return snapshot.format() > 1 ? spec : spec.with(SpecSettings.MAX_RECORD_BYTES, Integer.toString(largest));
    }
}
