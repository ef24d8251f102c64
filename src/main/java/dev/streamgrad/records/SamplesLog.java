package dev.streamgrad.records;

import org.jspecify.annotations.Nullable;

/**
 * What of the samples topic decides which of its records are a model's, so that whoever replays them need not be told.
 *
 * @param topicId the topic's id: one of the same name that was made anew is another log
 * @param keylessModel the model that records without a key have trained; null as long as none has trained any
 * @param reading how its records are read
 */
public record SamplesLog(String topicId, @Nullable String keylessModel, Reading reading) {
    /** Of a topic that is read by default: keys name models, and values are JSON. */
    public SamplesLog(String topicId, @Nullable String keylessModel) {
        this(topicId, keylessModel, Reading.BY_DEFAULT);
    }
}
