package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.SamplesRead;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LearnerClientsTest {
    private static final String OF_KAFKA = "-0e2f1f0a-92a5-4c8b-8f3f-6a2b7c1d9e10-";

    private static String id(String application, Optional<String> instance, int thread) {
        Settings settings = Settings.of(Map.of("application.id", application));
        return new LearnerClients(
                        settings, instance, (partition, from, to) -> {}, new SamplesRead((partition, from, to) -> {}))
                .transactionalId(application + OF_KAFKA + thread);
    }

    @Test
    void transactionalId_isTheInstances_andTheThreads_whateverTheProcess() {
        assertThat(id("app", Optional.of("pod-3"), 1)).isEqualTo("app-instance:pod-3-1");
        assertThat(id("app", Optional.of("pod-3"), 12)).isEqualTo("app-instance:pod-3-12");
    }

    @Test
    void transactionalId_withoutAnInstance_isKafkas() {
        assertThat(id("app", Optional.empty(), 1)).isEqualTo("app" + OF_KAFKA + "1");
    }

    @Test
    void transactionalIds_ofTwoLearners_neverMeet() {
        assertThat(id("app", Optional.of("a-b"), 1)).isNotEqualTo(id("app-a", Optional.of("b"), 1));
        assertThat(id("app", Optional.of("a"), 11)).isNotEqualTo(id("app", Optional.of("a-1"), 1));
    }
}
