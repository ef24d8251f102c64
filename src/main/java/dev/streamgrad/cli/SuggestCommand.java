package dev.streamgrad.cli;

import dev.streamgrad.cluster.Topics;
import dev.streamgrad.data.RowFile;
import dev.streamgrad.formats.Formats;
import dev.streamgrad.formats.WaitEndedException;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.ValueFormat;
import dev.streamgrad.settings.Invocation;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.suggest.PropertiesText;
import dev.streamgrad.suggest.PropertiesText.Setting;
import dev.streamgrad.suggest.Records;
import dev.streamgrad.suggest.Rehearsal;
import dev.streamgrad.suggest.Suggestion;
import dev.streamgrad.suggest.SuggestionJson;
import dev.streamgrad.suggest.TopicRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at records, says what they are and what a model of them could be, and tries it. */
@Command(
        name = "suggest",
        description = {
            "Look at a topic or a file: say what each field is, suggest the settings of a model that learns it, and show"
                    + " what such a model learns.",
            "A topic is read without a group, and nothing on the cluster is changed."
        },
        mixinStandardHelpOptions = true)
final class SuggestCommand extends ClusterCommand {
    private static final String FORMAT = "samples.format";

    /** Formats other than JSON need features, which are yet to be found. */
    private static final Map<String, String> NOT_KNOWN_YET = Map.of("features", "any", "layers", "*,1");

    /** What settings begin with that say how values are read. */
    private static final List<String> READING =
            List.of(FORMAT, "samples.deserializer", "csv.", "schema.registry.", "avro.");

    @Option(names = "--topic", paramLabel = "NAME", description = "Look at the records of this topic.")
    private @Nullable String topic;

    @Option(names = "--csv", paramLabel = "FILE", description = "Look at the rows of this CSV file.")
    private @Nullable Path csv;

    @Option(names = "--jsonl", paramLabel = "FILE", description = "Look at the lines of this file, each a JSON object.")
    private @Nullable Path jsonl;

    @Option(
            names = "--label",
            paramLabel = "FIELD",
            description =
                    "The field that is to be predicted: a name, nested by dots, or a JSON Pointer (default: the last column"
                            + " of a CSV file, else a field called label, target, class, y or outcome).")
    private String label = "";

    @Option(
            names = "--records",
            paramLabel = "N",
            defaultValue = "10000",
            description = "How many records to look at, at most (default: 10000).")
    private long most;

    @Option(
            names = "--from",
            paramLabel = "END",
            description = "Where in the topic to look: ${COMPLETION-CANDIDATES} (default: beginning).")
    private End from = End.beginning;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write the settings to this file, which learn --config takes (default: print them).")
    private @Nullable Path out;

    @Option(names = "--json", description = "Print one JSON object with fields, settings and metrics.")
    private boolean json;

    /** Which end of a topic. */
    enum End {
        /** The first records. */
        beginning,
        /** The last ones. */
        end
    }

    /**
     * What is looked at.
     *
     * @param name in words
     * @param settings what the learner has to know of it
     * @param next what to do then
     */
    private record Subject(String name, Records records, List<Setting> settings, String next) {}

    @Override
    int run() throws Exception {
        String fault = fault();
        if (!fault.isEmpty()) {
            err().println(fault);
            return 2;
        }
        try {
            Subject subject = topic == null ? ofFile() : ofTopic(topic);
            Suggestion suggestion = Suggestion.of(subject.records(), label, List.of());
            Map<String, String> settings = withGiven(suggestion.settings());
            Settings all = settingsOfCluster(Map.of(), suggestion.settings());
            Rehearsal rehearsal = Rehearsal.of(all.specOf(all.defaultModel()), subject.records());
            List<String> properties = PropertiesText.of(suggestion, subject.name(), settings, subject.settings());
            if (out != null) {
                Files.write(out, properties);
            }
            if (json) {
                subject.settings().forEach(setting -> settings.put(setting.name(), setting.value()));
                out().println(SuggestionJson.of(suggestion, settings, rehearsal));
            } else {
                print(subject, suggestion, rehearsal, properties);
            }
            return 0;
        } catch (IllegalArgumentException e) {
            err().println(e.getMessage());
            return 2;
        } catch (WaitEndedException e) {
            err().println(String.valueOf(e.getMessage()).replaceFirst("; the wait was ended.*", ""));
            return 1;
        } catch (IOException e) {
            err().println("--out must be a file that can be written; got " + out + " ("
                    + e.getClass().getSimpleName() + ")");
            return 1;
        }
    }

    private String fault() {
        if ((topic == null ? 0 : 1) + (csv == null ? 0 : 1) + (jsonl == null ? 0 : 1) != 1) {
            return "one of --topic NAME, --csv FILE and --jsonl FILE must be given; got "
                    + (topic == null && csv == null && jsonl == null ? "none" : "more");
        }
        return most < 1 ? "--records must be at least 1; got " + most : "";
    }

    private Subject ofFile() {
        RowFile file = csv != null
                ? RowFile.csv(csv, label.isEmpty() ? List.of() : List.of(label))
                : RowFile.jsonLines(Objects.requireNonNull(jsonl));
        file.remarks().forEach(err()::println);
        if (label.isEmpty() && !file.columns().isEmpty()) {
            label = file.columns().get(file.columns().size() - 1);
            err().println("the label is " + label + ", the last column; --label names another");
        }
        String option = csv != null ? " --csv " : " --jsonl ";
        return new Subject(
                String.valueOf(file.file().getFileName()),
                to -> file.forEach(most, row -> to.accept(row.fields())),
                List.of(),
                "produce" + option + file.file());
    }

    private Subject ofTopic(String name) throws Exception {
        Settings settings = settingsOfCluster(Map.of(), NOT_KNOWN_YET);
        Topics.require(settings, List.of(), progress());
        TopicRecords records = new TopicRecords(
                settings, name, most, from == End.end, () -> shutdown().isRequested());
        List<Setting> needed = new ArrayList<>();
        needed.add(new Setting(Settings.BOOTSTRAP_SERVERS, settings.bootstrapServers(), "where the topic is"));
        needed.add(new Setting("samples.topic", name, "the topic that was looked at"));
        String why = records.keysNameNoModels();
        if (why != null) {
            needed.add(new Setting("keys", "ignore", "keys are not taken for names of models, because " + why));
            needed.add(new Setting("default.model", name, "what its model is called"));
        } else if (records.keys() > 1) {
            err().println(records.keys()
                    + " keys are taken for the names of as many models; keys=ignore makes one of them");
        }
        if (records.isCutShort()) {
            err().println("only " + records.size() + " records are looked at, because they are large");
        }
        Records trees = records.trees(format(name, settings, records, needed));
        long[] readable = {0};
        trees.forEach(tree -> readable[0]++);
        if (records.undecoded() > 0) {
            String line = String.format(
                    Locale.ROOT,
                    "%,d of %,d records cannot be read; the first: %s",
                    records.undecoded(),
                    records.size(),
                    records.firstReason());
            if (readable[0] == 0) {
                throw new IllegalArgumentException(line);
            }
            err().println(line);
        }
        return new Subject("topic " + name, trees, needed, "");
    }

    /** What values are: as somebody has set, or as they look. */
    private ValueFormat format(String name, Settings settings, TopicRecords records, List<Setting> needed) {
        Map<String, String> given = new TreeMap<>(givenSettings());
        given.keySet().removeIf(setting -> READING.stream().noneMatch(setting::startsWith));
        given.forEach((setting, value) -> {
            if (setting.matches(".*(password|auth|secret).*")) {
                err().println(setting
                        + " is not written into the settings, because it is a secret; learn needs it, too");
            } else {
                needed.add(new Setting(setting, value, "as it was given"));
            }
        });
        boolean set = given.containsKey(FORMAT) || given.containsKey("samples.deserializer");
        String looks = records.format();
        if (!set && looks.equals("avro") && !given.containsKey("schema.registry.url")) {
            throw new IllegalArgumentException("schema.registry.url must be set, because the values of topic " + name
                    + " begin with the id of a schema, as Avro's do; add --set"
                    + " schema.registry.url=http://localhost:8081, or say by --set samples.format what they are");
        }
        Settings complete = settings;
        if (!set && !looks.equals("json")) {
            needed.add(new Setting(FORMAT, looks, "values begin with a zero byte and the id of a schema"));
            complete = settingsOfCluster(Map.of(FORMAT, looks), NOT_KNOWN_YET);
        }
        // A learner waits for its registry as long as it takes; whoever has asked wants to hear that it does not
        // answer.
        long begun = System.nanoTime();
        long patience = TimeUnit.MILLISECONDS.toNanos(complete.startupTimeoutMs());
        return Formats.of(complete, () -> shutdown().isRequested() || System.nanoTime() - begun > patience)
                .newTask()
                .values();
    }

    /** These settings, but for what somebody has set otherwise. */
    private Map<String, String> withGiven(Map<String, String> suggested) {
        Map<String, String> settings = new LinkedHashMap<>(suggested);
        Set<String> ofModels = SpecSettings.DEFAULTS.keySet();
        givenSettings().forEach((name, value) -> {
            if (ofModels.contains(name)) {
                settings.put(name, value);
            }
        });
        return settings;
    }

    private void print(Subject subject, Suggestion suggestion, Rehearsal rehearsal, List<String> properties) {
        out().printf(Locale.ROOT, "%s: %,d records%n", subject.name(), suggestion.records());
        out().println("label " + suggestion.labelInWords());
        out().println();
        SuggestReport.fields(suggestion).forEach(out()::println);
        out().println();
        SuggestReport.rehearsal(rehearsal).forEach(out()::println);
        suggestion.remarks().forEach(err()::println);
        if (rehearsal.figures().samples() > 0
                && suggestion.remarks().isEmpty()
                && !rehearsal.isBetterThanTheBaseline()) {
            err().println("it is no better than what costs nothing: in " + suggestion.records()
                    + " records it finds little in these fields to learn from");
        }
        if (out == null) {
            out().println();
            properties.forEach(out()::println);
            return;
        }
        err().println("settings written to " + out + "; next: "
                + Invocation.of("topics --config " + out) + "; " + Invocation.of("learn --config " + out)
                + (subject.next().isEmpty() ? "" : "; " + Invocation.of(subject.next())));
    }
}
