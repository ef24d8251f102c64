package dev.streamgrad.settings;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the values of the samples topic are, and what it takes to read them.
 *
 * @param kind the format
 * @param csvColumns the names of a line's values; empty unless the format is CSV
 * @param csvSeparator what stands between them
 * @param deserializer the class that reads the values instead
 * @param deserializerSettings what it is configured with
 * @param registry the schema registry
 * @param readerSchema the id of the Avro schema that records are resolved to; 0 if to none
 */
public record SampleFormat(
        Kind kind,
        List<String> csvColumns,
        char csvSeparator,
        Optional<String> deserializer,
        Map<String, String> deserializerSettings,
        Optional<RegistryAccess> registry,
        int readerSchema) {
    private static final ObjectReader COLUMNS = new CsvMapper()
            .enable(CsvParser.Feature.WRAP_AS_ARRAY)
            .enable(CsvParser.Feature.TRIM_SPACES)
            .readerFor(String[].class);

    /** The formats. */
    public enum Kind {
        JSON,
        JSON_SCHEMA,
        AVRO,
        CSV;

        /** As the setting names it. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static List<String> names() {
            return Arrays.stream(values()).map(Kind::id).toList();
        }
    }

    /** Checks that each format has what it needs, and nothing that is for another. */
    public SampleFormat {
        csvColumns = List.copyOf(csvColumns);
        deserializerSettings = Map.copyOf(deserializerSettings);
        if (deserializer.isPresent() && kind != Kind.JSON && kind != Kind.CSV) {
            throw new SettingsException(SettingsDefinition.SAMPLES_FORMAT
                    + " must be json or csv where samples.deserializer is set, because that is what its text may be; got "
                    + kind.id() + "; leave one of the two out");
        }
        if (deserializer.isEmpty() && !deserializerSettings.isEmpty()) {
            throw new SettingsException(Settings.DESERIALIZER_PREFIX
                    + "* must stand beside samples.deserializer; got "
                    + String.join(", ", new TreeSet<>(deserializerSettings.keySet()))
                    + " without it; set samples.deserializer to the class that they are for");
        }
        if (kind == Kind.AVRO && registry.isEmpty()) {
            throw new SettingsException(SettingsDefinition.REGISTRY_URL
                    + " must be set where samples.format is avro; got nothing; write it as in http://localhost:8081");
        }
        if (kind == Kind.CSV && csvColumns.isEmpty()) {
            throw new SettingsException(SettingsDefinition.CSV_COLUMNS
                    + " must name the values of a line where samples.format is csv; got nothing; write them as in"
                    + " amount,country,fraud");
        }
        if (kind != Kind.CSV && !csvColumns.isEmpty()) {
            throw new SettingsException(SettingsDefinition.CSV_COLUMNS + " is for samples.format=csv; got it with "
                    + kind.id() + "; set samples.format=csv or leave it out");
        }
    }

    static SampleFormat of(Map<String, Object> values, Map<String, String> deserializerSettings) {
        String name = text(values, SettingsDefinition.SAMPLES_FORMAT);
        String deserializer = text(values, SettingsDefinition.SAMPLES_DESERIALIZER);
        return new SampleFormat(
                Arrays.stream(Kind.values())
                        .filter(kind -> kind.id().equals(name))
                        .findFirst()
                        .orElseThrow(),
                columns(text(values, SettingsDefinition.CSV_COLUMNS)),
                separator(text(values, SettingsDefinition.CSV_SEPARATOR)),
                deserializer.isEmpty() ? Optional.empty() : Optional.of(deserializer),
                deserializerSettings,
                RegistryAccess.of(values),
                Integer.parseInt(text(values, SettingsDefinition.READER_SCHEMA)));
    }

    private static String text(Map<String, Object> values, String key) {
        return String.valueOf(values.get(key)).strip();
    }

    private static List<String> columns(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> names;
        try (MappingIterator<String[]> lines = COLUMNS.readValues(text)) {
            names = Arrays.stream(lines.nextValue()).map(String::strip).toList();
        } catch (IOException e) {
            throw new SettingsException(SettingsDefinition.CSV_COLUMNS + " must be names separated by commas; got "
                    + text + "; close every quote");
        }
        Set<String> seen = new HashSet<>();
        for (String column : names) {
            if (column.isEmpty() || !seen.add(column)) {
                throw new SettingsException(SettingsDefinition.CSV_COLUMNS + " must name each value once; got "
                        + (column.isEmpty() ? "an empty name" : column + " twice") + "; give each a name of its own");
            }
        }
        return names;
    }

    private static char separator(String text) {
        String one = text.equals("tab") || text.equals("\\t") ? "\t" : text;
        if (one.length() != 1 || "\"\r\n".contains(one)) {
            throw new SettingsException(SettingsDefinition.CSV_SEPARATOR
                    + " must be one character, or tab; got " + (text.isEmpty() ? "nothing" : text)
                    + "; write for example ;");
        }
        return one.charAt(0);
    }
}
