package dev.streamgrad.bench;

/** What runs over the samples in turn. */
enum Contender {
    /** Bytes from topic to topic. */
    COPY("copy"),
    /** Parses each sample and writes a prediction of the size of the learner's. */
    PARSING_COPY("parsing-copy"),
    /** The application that {@code learn} runs. */
    LEARNER("learner"),
    /** The same over samples of many models. */
    MANY_MODELS("learner-many-models");

    private final String id;

    Contender(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }
}
