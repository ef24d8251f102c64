package dev.streamgrad.cli;

import dev.streamgrad.cluster.Topics;
import dev.streamgrad.control.Event;
import dev.streamgrad.learning.PrequentialMetrics;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.DeadLetter;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what the learner writes, a line a record. */
@Command(
        name = "watch",
        description = "Show predictions, snapshots, events or dead letters as they come, one readable line each.",
        mixinStandardHelpOptions = true)
final class WatchCommand extends ClusterCommand {
    /** What there is to watch. */
    enum What {
        PREDICTIONS,
        SNAPSHOTS,
        EVENTS,
        DEAD_LETTERS
    }

    /** Its names. */
    static final class WhatNames extends Choice<What> {
        WhatNames() {
            super(What.class);
        }
    }

    @Parameters(
            paramLabel = "WHAT",
            arity = "0..1",
            defaultValue = "predictions",
            converter = WhatNames.class,
            completionCandidates = WhatNames.class,
            description = "One of ${COMPLETION-CANDIDATES} (default: predictions).")
    private What what = What.PREDICTIONS;

    @Option(names = "--from-beginning", description = "Start with the oldest record, not with the next one.")
    private boolean fromBeginning;

    @Option(names = "--key", paramLabel = "MODEL", description = "Show only the records of this model.")
    private @Nullable String key;

    @Option(
            names = "--max",
            paramLabel = "N",
            defaultValue = "0",
            description = "Stop after this many records; 0 means until Ctrl-C (default: 0).")
    private long max;

    @Override
    int run() throws Exception {
        Settings settings = settings();
        String topic =
                switch (what) {
                    case PREDICTIONS -> settings.predictionsTopic();
                    case SNAPSHOTS -> settings.snapshotsTopic();
                    case EVENTS -> settings.eventsTopic();
                    case DEAD_LETTERS -> settings.deadLettersTopic();
                };
        Topics.require(settings, List.of(topic), progress());
        long shown = 0;
        try (TopicTail tail = new TopicTail(settings, topic, fromBeginning)) {
            // checkError: whoever read us, such as head, has gone.
            while (!shutdown().isRequested() && !out().checkError() && (max == 0 || shown < max)) {
                for (ConsumerRecord<byte[], byte[]> record : tail.poll()) {
                    String model =
                            record.key() == null ? "-" : printable(new String(record.key(), StandardCharsets.UTF_8));
                    if ((key == null || key.equals(model)) && (max == 0 || shown < max)) {
                        out().println(line(model, record));
                        shown++;
                    }
                }
            }
        }
        return 0;
    }

    private String line(String model, ConsumerRecord<byte[], byte[]> record) {
        try {
            return switch (what) {
                case PREDICTIONS -> prediction(model, Prediction.read(record.value()));
                case SNAPSHOTS ->
                    record.value() == null ? model + " was deleted" : snapshot(Snapshot.read(record.value()));
                case EVENTS -> EventLine.of(Event.read(record.value()));
                case DEAD_LETTERS -> deadLetter(record);
            };
        } catch (IllegalArgumentException e) {
            return record.topic() + "-" + record.partition() + " offset " + record.offset() + ": " + e.getMessage();
        }
    }

    private static String prediction(String model, Prediction prediction) {
        StringBuilder line = new StringBuilder(model)
                .append(" version ")
                .append(prediction.version())
                .append(" predicts ");
        if (prediction.predictedClass() != null) {
            line.append(printable(prediction.predictedClass())).append(' ');
        }
        line.append(numbers(prediction.prediction()));
        if (prediction.label() != null) {
            line.append(" for ").append(numbers(prediction.label()));
        }
        if (prediction.loss() != null) {
            line.append(", loss " + Figure.of(prediction.loss(), 6));
        }
        line.append(", sample ")
                .append(prediction.source().partition())
                .append('@')
                .append(prediction.source().offset());
        if (prediction.id() != null) {
            line.append(", id ").append(printable(prediction.id()));
        }
        return line.toString();
    }

    /** On one line, and nothing that a terminal would act on. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "\uFFFD");
    }

    private static String numbers(List<Double> numbers) {
        return numbers.stream().map(number -> Figure.of(number, 4)).collect(Collectors.joining(" ", "[", "]"));
    }

    private static String snapshot(Snapshot snapshot) {
        PrequentialMetrics.Figures window = snapshot.model().metrics().window();
        boolean regression = snapshot.model().spec().task() == Task.REGRESSION;
        return String.format(
                Locale.ROOT,
                "%s version %d, %s, loss %s, %s over the last %d samples, sample %d@%d, fingerprint %.16s…%s",
                snapshot.name(),
                snapshot.model().version(),
                snapshot.model().spec().architecture(),
                Figure.of(window.loss(), 6),
                regression
                        ? "mae " + Figure.of(window.score(), 4)
                        : String.format(Locale.ROOT, "accuracy %.1f %%", 100 * window.score()),
                window.samples(),
                snapshot.source().partition(),
                snapshot.source().offset(),
                snapshot.fingerprint(),
                snapshot.isIntact() ? "" : " DOES NOT FIT THE WEIGHTS");
    }

    private static String deadLetter(ConsumerRecord<byte[], byte[]> record) {
        DeadLetter letter = DeadLetter.read(record.headers());
        return letter.topic() + "-" + letter.partition() + " offset " + letter.offset() + ": " + letter.error();
    }
}
