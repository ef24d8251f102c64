package dev.streamgrad.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.settings.Invocation;
import dev.streamgrad.settings.Settings;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemediesTest {
    private final Settings settings = Settings.of(Map.of());

    @AfterEach
    void forgetInvocation() {
        System.clearProperty(Invocation.PROPERTY);
    }

    @Test
    void commands_areAsTheyCanBeTyped() {
        System.setProperty(Invocation.PROPERTY, "bin/streamgrad %s");
        assertThat(Remedies.goneTopic(settings, settings.samplesTopic()))
                .contains(": bin/streamgrad rebuild --onto-new-samples; ", ": bin/streamgrad reset (");
        assertThat(Remedies.goneTopic(settings, settings.changelogTopic()))
                .contains(": bin/streamgrad rebuild; ", ": bin/streamgrad reset (");
        assertThat(Remedies.goneTopic(settings, settings.predictionsTopic()))
                .isEqualTo("create it with bin/streamgrad topics, and start again");
    }
}
