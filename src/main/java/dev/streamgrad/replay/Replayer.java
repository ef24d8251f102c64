package dev.streamgrad.replay;

import dev.streamgrad.learning.Birth;
import dev.streamgrad.learning.Learner;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes the models that are to be trained again. Those of one birth share what a step needs besides the model, so a
 * replay of many small models costs their states and little more. One thread at a time.
 */
public final class Replayer {
    private final Settings settings;
    private final boolean onePartition;
    private final Map<Birth, Learner> learners = new HashMap<>();
    private final Map<Birth, SampleReader> readers = new HashMap<>();

    /**
     * A replayer.
     *
     * @param settings stand in for what snapshots of format 1 do not say
     * @param samplesPartitions how many partitions the samples topic has, for the same
     */
    public Replayer(Settings settings, int samplesPartitions) {
        this.settings = settings;
        this.onePartition = samplesPartitions == 1;
    }

    /** The model of a snapshot as it was at version 0, to be trained from the sample that created it. */
    public ReplayedModel fromTheStart(Snapshot snapshot) {
        return replayed(snapshot, new Model(specOf(snapshot), snapshot.model().firstOffset()));
    }

    /** The model of a snapshot, to be trained on from there. */
    public ReplayedModel from(Snapshot snapshot) {
        ModelSpec spec = specOf(snapshot);
        Model model = snapshot.model();
        return replayed(snapshot, spec.equals(model.spec()) ? model : model.with(spec));
    }

    /** A model that has no snapshot yet, as the sample at this offset creates it from the settings. */
    public ReplayedModel created(ModelId id, long offset) {
        return replayed(id, new Model(settings.specOf(id.name()), offset), isKeylessBySettings(id.name()));
    }

    private ReplayedModel replayed(Snapshot snapshot, Model model) {
        SamplesLog log = snapshot.log();
        boolean takesKeyless = log == null
                ? isKeylessBySettings(snapshot.name())
                : snapshot.name().equals(log.keylessModel());
        return replayed(new ModelId(snapshot.name(), snapshot.source().partition()), model, takesKeyless);
    }

    private ReplayedModel replayed(ModelId id, Model model, boolean takesKeyless) {
        ModelSpec spec = model.spec();
        return new ReplayedModel(
                id,
                model,
                takesKeyless,
                learners.computeIfAbsent(spec.birth(), Learner::new),
                readers.computeIfAbsent(spec.birth(), birth -> new SampleReader(spec)));
    }

    private boolean isKeylessBySettings(String name) {
        return onePartition && name.equals(settings.defaultModel());
    }

    /** The spec of a snapshot; where it is too old to say how large records may be, the settings say it. */
    public ModelSpec specOf(Snapshot snapshot) {
        ModelSpec spec = snapshot.model().spec();
        int largest = settings.specOf(snapshot.name()).hyperparameters().maxRecordBytes();
        return snapshot.format() > 1 ? spec : spec.with(SpecSettings.MAX_RECORD_BYTES, Integer.toString(largest));
    }
}
