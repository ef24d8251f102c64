package dev.streamgrad.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.settings.Settings;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class KnownTopicsTest {
    private final KnownTopics known = new KnownTopics(Settings.of(Map.of("application.id", "app")));
    private final Uuid id = Uuid.randomUuid();

    @Test
    void topicThatIsUnknownOnce_isAskedForAgain() {
        assertThat(known.found("samples", id)).isEmpty();
        assertThat(known.unknown("samples")).isEmpty();
        assertThat(known.isInDoubt()).isTrue();
        assertThat(known.found("samples", id)).isEmpty();
        assertThat(known.isInDoubt()).isFalse();
        assertThat(known.unknown("samples")).as("not the second time in a row").isEmpty();
    }

    @Test
    void topicThatIsUnknownTwice_isGone() {
        assertThat(known.unknown("samples")).isEmpty();
        assertThat(known.unknown("predictions")).as("another topic").isEmpty();
        assertThat(known.unknown("samples"))
                .get()
                .asString()
                .startsWith("topic samples must exist; it was deleted; to keep the models");
    }

    @Test
    void topicUnderAnotherId_wasMadeAnew() {
        assertThat(known.found("predictions", id)).isEmpty();
        assertThat(known.found("predictions", Uuid.randomUuid()))
                .hasValue("topic predictions must stay; it was deleted and made anew; create it with streamgrad topics,"
                        + " and start again");
    }

    @Test
    void remedy_isWhatHelps_forEachTopic() {
        assertThat(known.unknown("app-models-changelog")).isEmpty();
        assertThat(known.unknown("app-models-changelog"))
                .get()
                .asString()
                .contains("streamgrad rebuild;", "streamgrad reset")
                .doesNotContain("--onto-new-samples");
        assertThat(known.unknown("samples")).isEmpty();
        assertThat(known.unknown("samples"))
                .get()
                .asString()
                .contains("streamgrad rebuild --onto-new-samples;", "streamgrad reset");
    }
}
