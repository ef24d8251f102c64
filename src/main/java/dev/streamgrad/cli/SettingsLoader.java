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
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Gathers settings. Precedence, highest first: command line, environment, file, default. */
final class SettingsLoader {
    private static final String PREFIX = "STREAMGRAD_";

    /**
     * What Kubernetes puts into the environment beside a service of a name that begins with ours, such as
     * STREAMGRAD_SERVICE_HOST and STREAMGRAD_PORT_8080_TCP_ADDR.
     */
    private static final Pattern SERVICE = Pattern.compile(
            PREFIX + "(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

    private static final Pattern ADDRESS_OF_SERVICE = Pattern.compile("(tcp|udp|sctp)://.*");

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
        settings.putAll(given(file, environment, overrides));
        settings.putAll(fromOptions);
        return Settings.of(settings);
    }

    /** What somebody has set, by file, environment or option. */
    static Map<String, String> given(@Nullable Path file, Map<String, String> environment, List<String> overrides) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (file != null) {
            settings.putAll(read(file));
        }
        settings.putAll(read(environment));
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
        return settings;
    }

    private static Map<String, String> read(Map<String, String> environment) {
        Map<String, String> settings = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(PREFIX) && !isOfAService(name, value)) {
                settings.put(settingOf(name), value);
            }
        });
        return settings;
    }

    private static boolean isOfAService(String name, String value) {
        return SERVICE.matcher(name).matches()
                || (name.endsWith("_PORT") && ADDRESS_OF_SERVICE.matcher(value).matches());
    }

    private static String settingOf(String variable) {
        String key =
                variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
        if (Settings.DEFINITION.names().contains(key)
                || key.startsWith(Settings.KAFKA_PREFIX)
                || key.startsWith(Settings.DESERIALIZER_PREFIX)
                || Settings.isModelSetting(key)) {
            return key;
        }
        throw new SettingsException("the environment variable " + variable
                + " must stand for a setting, and none is called "
                + key + "; "
                + Settings.nearest(key)
                        .map(nearest -> "did you mean " + PREFIX
                                + nearest.toUpperCase(Locale.ROOT).replace('.', '_') + "?")
                        .orElse("unset it"));
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
