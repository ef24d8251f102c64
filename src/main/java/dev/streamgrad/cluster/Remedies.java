package dev.streamgrad.cluster;

import dev.streamgrad.settings.Invocation;
import dev.streamgrad.settings.Settings;

/** What to do when a topic is gone, in one place, because the start, the watch and the failed learner all say it. */
public final class Remedies {
    private Remedies() {}

    /**
     * What to do about a topic that was deleted, or deleted and made anew.
     *
     * <p>Without its samples a model's history is gone, whatever is left of the model. Without the changelog it can be
     * trained again, as long as its samples are there. What is only written may begin anew.
     */
    public static String goneTopic(Settings settings, String topic) {
        if (topic.equals(settings.samplesTopic())) {
            return "to keep the models as their last snapshots have them: "
                    + Invocation.of("rebuild --onto-new-samples") + "; " + anew();
        }
        if (topic.equals(settings.changelogTopic())) {
            return "to have the models back, train them again from the samples: " + Invocation.of("rebuild") + "; "
                    + anew();
        }
        return "create it with " + Invocation.of("topics") + ", and start again";
    }

    private static String anew() {
        return "to forget the models and learn anew from the samples that are there: " + Invocation.of("reset")
                + " (a new application.id alone would write snapshots of other models beside the old ones, and an audit"
                + " of both fails)";
    }
}
