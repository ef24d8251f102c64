package dev.streamgrad.settings;

import dev.streamgrad.encoding.FieldPath;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.ModelNames;
import dev.streamgrad.records.Reading;
import dev.streamgrad.records.ValueFormat;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the records of the samples topic are read: which model each is for, and what its value is. */
final class ReadingSettings {
    /**
     * What is kept with the models. Not what the deserializer is configured with: passwords may be among it, and they
     * may change.
     */
    private static final List<String> KEPT = List.of(
            SettingsDefinition.MODEL_FIELD,
            SettingsDefinition.KEYS,
            SettingsDefinition.SAMPLES_FORMAT,
            SettingsDefinition.CSV_COLUMNS,
            SettingsDefinition.CSV_SEPARATOR,
            SettingsDefinition.SAMPLES_DESERIALIZER,
            SettingsDefinition.READER_SCHEMA);

    private final SampleFormat format;
    private final boolean keysAreIgnored;
    private final @Nullable FieldPath modelField;
    private final String defaultModel;
    private final Reading reading;

    /**
     * Checks what is set.
     *
     * @param values all settings
     * @param defaults of all settings
     * @param deserializer what the deserializer is configured with
     * @throws SettingsException for the first thing that is wrong
     */
    ReadingSettings(Map<String, Object> values, Map<String, Object> defaults, Map<String, String> deserializer) {
        this.format = SampleFormat.of(values, deserializer);
        this.keysAreIgnored = text(values, SettingsDefinition.KEYS).equals("ignore");
        this.modelField = modelField(text(values, SettingsDefinition.MODEL_FIELD), keysAreIgnored);
        this.defaultModel = text(values, Settings.DEFAULT_MODEL);
        Map<String, String> kept = new TreeMap<>();
        for (String name : KEPT) {
            if (!text(values, name).equals(text(defaults, name))) {
                kept.put(name, text(values, name));
            }
        }
        if (keysAreIgnored) {
            kept.put(Settings.DEFAULT_MODEL, defaultModel);
        }
        this.reading = new Reading(kept);
    }

    private static String text(Map<String, Object> values, String name) {
        return String.valueOf(values.get(name));
    }

    private static @Nullable FieldPath modelField(String text, boolean keysAreIgnored) {
        if (text.isBlank()) {
            return null;
        }
        if (keysAreIgnored) {
            throw new SettingsException("keys must be model where the setting model names a field, because the key says"
                    + " nothing there anyway; got ignore; leave one of the two out");
        }
        try {
            return FieldPath.parse(text);
        } catch (IllegalArgumentException e) {
            throw new SettingsException("model: " + e.getMessage());
        }
    }

    /** Requires that all models have mappings, if they need them: only JSON has the form of arrays. */
    void requireMappings(Collection<ModelSpec> specs) {
        boolean isJson = format.deserializer().isEmpty()
                && (format.kind() == SampleFormat.Kind.JSON || format.kind() == SampleFormat.Kind.JSON_SCHEMA);
        if (!isJson && specs.stream().anyMatch(spec -> spec.birth().mapping() == null)) {
            throw new SettingsException(
                    "features must be set where samples.format is not json, because only JSON has"
                            + " samples in the form of arrays; got none; name the fields, as in features=amount,country:category(16)");
        }
    }

    SampleFormat format() {
        return format;
    }

    Reading reading() {
        return reading;
    }

    boolean keysNameModels() {
        return !keysAreIgnored && modelField == null;
    }

    ModelNames modelNames(int samplesPartitions, ValueFormat values) {
        return new ModelNames(modelField, keysAreIgnored, defaultModel, samplesPartitions, values);
    }
}
