package dev.streamgrad.cli;

import dev.streamgrad.app.LearnerApp;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.Goal;
import dev.streamgrad.data.Row;
import dev.streamgrad.data.RowFile;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.Task;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.Sample;
import dev.streamgrad.settings.Invocation;
import dev.streamgrad.settings.Settings;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The demo between its broker's start and its end: one thread sends samples; this one reads the committed predictions,
 * prints the loss every second, and when the loss is low asks for the four answers, by requests through the same
 * topics.
 */
final class Demo {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    /** How many samples the sender may be ahead of the predictions. */
    private static final long AHEAD = 20_000;
    /** A gate is learned at a mean loss under this over as many samples, and four right answers. */
    private static final double LOW_LOSS = 0.001;

    private static final int FEW = 400;
    /** A drop is shown as it happens, over so many samples: in the line of a second it would hardly be seen. */
    private static final int DROP_WINDOW = 100;

    private static final double DROP = 0.25;

    private final Settings settings;
    private final LearnerApp app;
    private final @Nullable Dataset dataset;
    private final Iterator<byte[]> samples;
    private final @Nullable FileSummary summary;
    private final double rate;
    private final Shutdown shutdown;
    private final PrintWriter out;
    private final PrintWriter err;
    private final byte[] model;
    /** Predicted samples and dead letters: what the sender need not wait for any more. */
    private final AtomicLong answered = new AtomicLong();

    private final AtomicReference<Exception> sendFailure = new AtomicReference<>();
    /** Stops the sender, when the demo ends by itself or is stopped. */
    private final Shutdown sending = new Shutdown();

    private final RecentPredictions recent;
    private final List<String> questions = new ArrayList<>();
    private final List<@Nullable Double> answers = new ArrayList<>();
    private long version;
    private long printed;
    private long refused;
    private long refusedPrinted;
    private boolean dropped;
    private boolean asking;
    private boolean learned;

    Demo(
            Settings settings,
            LearnerApp app,
            SampleOptions samples,
            double rate,
            Shutdown shutdown,
            PrintWriter out,
            PrintWriter err) {
        this.settings = settings;
        this.app = app;
        this.dataset = samples.dataset();
        this.samples = values(samples);
        ModelSpec spec = settings.specOf(settings.defaultModel());
        RowFile file = samples.rowFile();
        Mapping mapping = spec.birth().mapping();
        this.summary = file == null
                ? null
                : new FileSummary(
                        samples.name(),
                        file.size(),
                        mapping == null ? List.of() : mapping.label().classes(),
                        samples.passes(),
                        spec);
        this.rate = rate;
        this.shutdown = shutdown;
        this.out = out;
        this.err = err;
        this.recent = new RecentPredictions(spec.task(), Goal.WINDOW);
        this.model = settings.defaultModel().getBytes(StandardCharsets.UTF_8);
    }

    private static Iterator<byte[]> values(SampleOptions samples) {
        return samples.isOfFile()
                ? new Mapped<>(samples.openRows(), Row::toJson)
                : new Mapped<>(samples.openSamples(), Sample::toJson);
    }

    /**
     * Runs until it has learned, if that is wanted, until the end of the file, or until stopped.
     *
     * @param maxSamples how many samples to send at most
     * @param untilLearned whether to end when it has learned
     * @return the exit code
     */
    int run(long maxSamples, boolean untilLearned) throws Exception {
        ModelSpec spec = settings.specOf(settings.defaultModel());
        out.printf(
                Locale.ROOT,
                "broker %s, model %s: a %s network, %s, learning rate %s%n",
                settings.bootstrapServers(),
                settings.defaultModel(),
                spec.architecture(),
                spec.architecture().output().id(),
                spec.hyperparameters().optimizer().learningRate());
        try (TopicTail predictions = new TopicTail(settings, settings.predictionsTopic(), false);
                TopicTail deadLetters = new TopicTail(settings, settings.deadLettersTopic(), false);
                Producer<byte[], byte[]> producer = ProduceCommand.producer(settings)) {
            Thread sender = new Thread(() -> send(producer, maxSamples), "streamgrad-demo-samples");
            sender.start();
            try {
                return watch(predictions, deadLetters, producer, maxSamples, untilLearned);
            } finally {
                sending.request();
                sender.join();
            }
        }
    }

    private void send(Producer<byte[], byte[]> producer, long maxSamples) {
        Pace pace = new Pace(rate);
        try {
            for (long n = 0;
                    n < maxSamples && samples.hasNext() && sendFailure.get() == null && pace.await(n, sending);
                    n++) {
                while (n - answered.get() > AHEAD && !sending.await(1)) {
                    // The learner is behind: let it catch up instead of filling the broker's disk.
                }
                send(producer, samples.next());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            sendFailure.compareAndSet(null, e);
        }
    }

    private void send(Producer<byte[], byte[]> producer, byte[] value) {
        ProduceCommand.send(
                producer, new ProducerRecord<>(settings.samplesTopic(), model, value), sendFailure, metadata -> {});
    }

    private int watch(
            TopicTail predictions,
            TopicTail deadLetters,
            Producer<byte[], byte[]> producer,
            long maxSamples,
            boolean untilLearned)
            throws Exception {
        long nextLine = System.nanoTime() + SECOND;
        while (!shutdown.isRequested()) {
            for (ConsumerRecord<byte[], byte[]> record : predictions.poll()) {
                take(Prediction.read(record.value()));
            }
            int newlyRefused = deadLetters.pollNow().count();
            refused += newlyRefused;
            answered.addAndGet(newlyRefused);
            if (app.hasStopped()) {
                err.println(app.failure().orElse("the learner has stopped by itself; -v shows why"));
                return 1;
            }
            Exception failed = sendFailure.get();
            if (failed != null) {
                throw failed;
            }
            if (System.nanoTime() - nextLine >= 0) {
                printLoss();
                nextLine += SECOND;
            }
            boolean before = learned;
            lookWhetherLearned(producer);
            if (learned && untilLearned) {
                return 0;
            }
            if (learned && !before) {
                err.printf(
                        "it goes on learning until Ctrl-C; look in from another terminal with: %s%n",
                        Invocation.of("watch -b " + settings.bootstrapServers()));
            }
            if (summary != null && answered.get() >= summary.size()) {
                end(summary);
                return 0;
            }
            if (untilLearned && !learned && !asking && answered.get() >= maxSamples) {
                printLoss();
                err.printf(
                        Locale.ROOT,
                        "%,d samples did not suffice; the mean loss of the last %d is %s; try another learning.rate or seed%n",
                        maxSamples,
                        FEW,
                        Figure.of(recent.loss(FEW), 4));
                return 1;
            }
        }
        out.printf(Locale.ROOT, "stopped at version %,d%n", version);
        return untilLearned && !learned ? 1 : 0;
    }

    private void end(FileSummary ofFile) {
        printLoss();
        out.println();
        ofFile.lines(refused).forEach(out::println);
        err.println(ofFile.advice());
    }

    /**
     * A gate by its four answers, which are asked for when the loss is low; another dataset by its goal; a file never.
     */
    private void lookWhetherLearned(Producer<byte[], byte[]> producer) {
        Dataset chosen = dataset;
        if (learned || chosen == null) {
            return;
        }
        if (chosen.truthTable() != null) {
            if (asking && answers.stream().allMatch(answer -> answer != null)) {
                judge(chosen);
            } else if (!asking && lossIsLow()) {
                ask(producer);
            }
            return;
        }
        Goal goal = chosen.goal();
        if (recent.isFull() && recent.count() >= goal.from() && recent.score(Goal.WINDOW) >= goal.score()) {
            learned = true;
            announce();
            out.printf(
                    Locale.ROOT,
                    "%s over the last %,d (goal: %s)%n%n",
                    score(recent.score(Goal.WINDOW)),
                    Goal.WINDOW,
                    score(goal.score()));
        }
    }

    private void take(Prediction prediction) {
        if (asking && prediction.id() != null) {
            int corner = questions.indexOf(prediction.id());
            if (corner >= 0) {
                answers.set(corner, prediction.prediction().get(0));
            }
        }
        if (prediction.loss() == null || prediction.label() == null) {
            return;
        }
        version = prediction.version() + 1;
        recent.add(prediction, prediction.label(), prediction.loss());
        if (summary != null) {
            summary.add(prediction, prediction.label(), prediction.loss());
        }
        answered.incrementAndGet();
        lookForDrop();
    }

    /** Says so when what was right becomes wrong, as it does when the labels drift. */
    private void lookForDrop() {
        if (isRegression() || !recent.isFull() || recent.count() % DROP_WINDOW != 0) {
            return;
        }
        double fallen = recent.score(Goal.WINDOW) - recent.score(DROP_WINDOW);
        if (!dropped && fallen > DROP) {
            dropped = true;
            printLine(DROP_WINDOW, "accuracy drops");
        } else if (fallen <= 0.0) {
            dropped = false;
        }
    }

    /** A line about the samples since the last line, at most as many as the window is long. */
    private void printLoss() {
        int fresh = (int) Math.min(recent.count() - printed, Goal.WINDOW);
        if (fresh > 0) {
            printLine(fresh, String.format(Locale.ROOT, "%,d/s", recent.count() - printed));
        }
        if (refused > refusedPrinted) {
            out.printf(Locale.ROOT, "%,8d dead letters, %,d of them new%n", refused, refused - refusedPrinted);
        }
        printed = recent.count();
        refusedPrinted = refused;
    }

    private void printLine(int samples, String remark) {
        boolean diverging = recent.isDiverging(samples);
        out.printf(
                Locale.ROOT,
                "%,8d samples | loss: %s | %s | %s%n",
                recent.count(),
                Figure.of(recent.loss(samples), 4) + (diverging ? " diverging" : ""),
                score(recent.score(samples)) + (diverging ? "" : " (baseline " + baseline(samples) + ")"),
                remark);
    }

    private String baseline(int samples) {
        double baseline = recent.baseline(samples);
        return isRegression() ? Figure.of(baseline, 4) : String.format(Locale.ROOT, "%.0f %%", 100.0 * baseline);
    }

    private String score(double score) {
        return isRegression()
                ? "R²: " + Figure.of(score, 4)
                : String.format(Locale.ROOT, "accuracy: %3.0f %%", 100.0 * score);
    }

    private boolean isRegression() {
        return settings.specOf(settings.defaultModel()).task() == Task.REGRESSION;
    }

    private boolean lossIsLow() {
        return recent.count() >= FEW && recent.loss(FEW) < LOW_LOSS;
    }

    /** Sends the four corners without a label: requests, which are answered in their place in the log. */
    private void ask(Producer<byte[], byte[]> producer) {
        asking = true;
        answers.clear();
        questions.clear();
        for (List<Double> corner : Dataset.CORNERS) {
            // An id of its own for each question: a kept broker may still hold answers to earlier ones.
            String question = "truth-table-" + recent.count() + "-" + questions.size();
            questions.add(question);
            answers.add(null);
            send(producer, new Sample(corner, null, question).toJson());
        }
    }

    private void judge(Dataset gate) {
        List<Double> given = new ArrayList<>();
        for (Double answer : answers) {
            given.add(answer == null ? Double.NaN : answer);
        }
        learned = TruthTable.isRight(gate, given);
        asking = false;
        if (learned) {
            announce();
            TruthTable.lines(gate, given).forEach(out::println);
            out.println();
        }
    }

    private void announce() {
        printLoss();
        out.printf(Locale.ROOT, "%nlearned after %,d samples:%n", recent.count());
    }
}
