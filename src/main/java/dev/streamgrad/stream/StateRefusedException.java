package dev.streamgrad.stream;

import dev.streamgrad.records.PartitionState;
import dev.streamgrad.settings.Invocation;

/**
 * The stored models cannot go on with the samples topic or the settings that are there now. The message says what to
 * do.
 */
public final class StateRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private StateRefusedException(String message) {
        super(message);
    }

    /**
     * The samples topic is not the one that the models have learned from.
     *
     * @param present the id of the topic that is there
     */
    static StateRefusedException samplesReplaced(PartitionState stored, String present) {
        return new StateRefusedException("the samples topic must be the one that the models have learned from (id "
                + stored.samplesTopicId() + "); it was deleted and made anew (id " + present
                + "); to forget the models and learn anew from it: " + Invocation.of("reset")
                + "; to keep their weights and learn on from it: "
                + Invocation.of("rebuild --onto-new-samples"));
    }

    /**
     * Records have been read otherwise.
     *
     * @param differences the settings that were others
     */
    static StateRefusedException readingChanged(String differences) {
        return new StateRefusedException(
                "the samples must be read as they were when the models learned from them; these settings were others: "
                        + differences + "; set them back, or forget the models and learn anew: streamgrad reset");
    }

    /**
     * Records without a key have trained another model.
     *
     * @param present the setting {@code default.model}
     */
    static StateRefusedException defaultModelChanged(PartitionState stored, String present) {
        return new StateRefusedException(defaultModelChanged(stored.keylessModel(), present));
    }

    /**
     * What to say where records without a key have trained another model.
     *
     * @param trained the model that they have trained
     * @param present the setting {@code default.model}
     */
    public static String defaultModelChanged(String trained, String present) {
        return "default.model must stay " + trained + ", which the records without a key have trained; got " + present
                + "; set it back, or send a key with each record and forget the models: " + Invocation.of("reset");
    }
}
