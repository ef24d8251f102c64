package dev.streamgrad.cluster;

import dev.streamgrad.settings.Settings;

/** What to do when a topic is gone, in one place, because the start, the watch and the failed learner all say it. */
public final class Remedies {
    private static final String ANEW =
            "to learn anew from the samples that are there, set a new application.id, snapshots.topic and"
                    + " predictions.topic and create them with streamgrad topics: the old snapshots are of other models,"
                    + " so an audit of old and new together fails";

    private static final String REBUILD =
            "to have the models back, train them again from the samples with streamgrad rebuild; ";

    private Remedies() {}

    /**
     * What to do about a topic that was deleted, or deleted and made anew.
     *
     * <p>Without its samples a model's history is gone, whatever is left of the model. Without the changelog it can be
     * trained again, as long as its samples are there. What is only written may begin anew.
     */
    public static String goneTopic(Settings settings, String topic) {
        if (topic.equals(settings.samplesTopic())) {
            return ANEW;
        }
        if (topic.equals(settings.changelogTopic())) {
            return REBUILD + ANEW;
        }
        return "create it with streamgrad topics, and start again";
    }
}
