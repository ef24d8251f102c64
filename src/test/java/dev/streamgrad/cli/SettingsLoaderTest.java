package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsLoaderTest {

    private static Settings load(Map<String, String> environment) {
        return SettingsLoader.load(null, environment, List.of(), Map.of(), Map.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "STREAMGRAD_LEARNING_RAT | none is called learning.rat; did you mean STREAMGRAD_LEARNING_RATE?",
                "STREAMGRAD_MODELS_BREAST_LAYER | none is called models.breast.layer; unset it",
                "STREAMGRAD_HTP_PORT | did you mean STREAMGRAD_HTTP_PORT?",
                "STREAMGRAD_ZYGOMORPHIC | none is called zygomorphic; unset it",
            })
    void variableThatStandsForNoSetting_stopsTheStart(String variable, String message) {
        assertThatThrownBy(() -> load(Map.of(variable, "3")))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("the environment variable " + variable + " must stand for a setting")
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    /** With enableServiceLinks Kubernetes sets these for services called streamgrad and streamgrad-headless. */
    @Test
    void variablesOfKubernetesServices_areNoneOfOurs() {
        assertThat(load(Map.of(
                                "STREAMGRAD_SERVICE_HOST", "10.0.0.1",
                                "STREAMGRAD_SERVICE_PORT_HTTP", "8080",
                                "STREAMGRAD_PORT", "tcp://10.0.0.1:8080",
                                "STREAMGRAD_PORT_8080_TCP_ADDR", "10.0.0.1",
                                "STREAMGRAD_HEADLESS_SERVICE_PORT", "8080",
                                "STREAMGRAD_HEADLESS_PORT_8080_TCP", "tcp://10.0.0.1:8080"))
                        .httpPort())
                .isEqualTo(8080);
    }

    @Test
    void commandLine_goesBeforeTheEnvironment_beforeTheFile_beforeTheDefault(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("s.properties"),
                "samples.topic=file\npredictions.topic=file-p\nsnapshots.topic=file-s\n");
        Settings settings = SettingsLoader.load(
                file,
                Map.of("STREAMGRAD_SAMPLES_TOPIC", "env", "STREAMGRAD_PREDICTIONS_TOPIC", "env-p"),
                List.of("samples.topic=set"),
                Map.of(),
                Map.of("dead.letters.topic", "default-d"));
        assertThat(settings.topics()).containsExactly("set", "env-p", "file-s", "default-d", "control", "events");
    }
}
