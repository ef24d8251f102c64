package dev.streamgrad.cli;

import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Gathers settings: command line over environment over file over default. */
final class SettingsLoader {
    private static final String PREFIX = "STREAMGRAD_";

    private SettingsLoader() {}

    /**
     * Loads settings.
     *
     * @param fromOptions what the command's own options stand for; they go before everything
     * @param defaults what the command would have instead of the settings' own defaults
     */
    static Settings load(
            @Nullable Path file,
            Map<String, String> environment,
            List<String> overrides,
            Map<String, String> fromOptions,
            Map<String, String> defaults) {
        Map<String, String> settings = new LinkedHashMap<>(defaults);
        if (file != null) {
            settings.putAll(read(file));
        }
        environment.forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                String key =
                        name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
                // Other names are none of ours: Kubernetes puts STREAMGRAD_SERVICE_HOST beside a service of this name.
                if (Settings.DEFINITION.names().contains(key)
                        || key.startsWith(Settings.KAFKA_PREFIX)
                        || Settings.isModelSetting(key)) {
                    settings.put(key, value);
                }
            }
        });
        for (String override : overrides) {
            int equals = override.indexOf('=');
            if (equals < 1) {
                throw new SettingsException(
                        "--set must be KEY=VALUE; got " + override + "; write for example --set learning.rate=0.1");
            }
            settings.put(
                    override.substring(0, equals).trim(),
                    override.substring(equals + 1).trim());
        }
        settings.putAll(fromOptions);
        return Settings.of(settings);
    }

    private static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new SettingsException("--config must be a readable properties file in UTF-8; got " + file + " ("
                    + e.getClass().getSimpleName() + "); check the path");
        }
        Map<String, String> settings = new LinkedHashMap<>();
        properties.stringPropertyNames().stream()
                .sorted()
                .forEach(key -> settings.put(key, properties.getProperty(key).trim()));
        return settings;
    }
}
