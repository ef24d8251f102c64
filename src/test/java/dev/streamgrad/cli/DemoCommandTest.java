package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code demo} as a person types it. */
class DemoCommandTest {
    @Test
    void demo_learns_andEndsWithTheTruthTable() throws Exception {
        CommandRun demo = CommandRun.of(0, "demo", "--until-learned", "--rate", "0");
        assertThat(demo.out.toString())
                .containsPattern("loss: 0\\.\\d+")
                .containsPattern("learned after [\\d,]+ samples:")
                .containsPattern("\\[0 0] → 0\\.0\\d \\(rounded: 0\\) \\| target: 0 ✓")
                .containsPattern("\\[0 1] → (0\\.9\\d|1\\.00) \\(rounded: 1\\) \\| target: 1 ✓")
                .containsPattern("\\[1 0] → (0\\.9\\d|1\\.00) \\(rounded: 1\\) \\| target: 1 ✓")
                .containsPattern("\\[1 1] → 0\\.0\\d \\(rounded: 0\\) \\| target: 0 ✓");
    }

    @Test
    void demoOfAnotherDataset_usesItsSettings_andEndsAtItsGoal() throws Exception {
        CommandRun demo = CommandRun.of(0, "--dataset", "circle", "--until-learned", "--rate", "0");
        assertThat(demo.out.toString())
                .contains("model circle: a 2-16-1 network")
                .containsPattern("learned after [\\d,]+ samples:")
                .contains("over the last 1,000 (goal: accuracy:  97 %)");
    }

    @Test
    void demoOfAFile_learnsItsRows_showsTheFirstDeadLetter_andEndsWithASummary(@TempDir Path folder) throws Exception {
        StringBuilder csv = new StringBuilder("id,a,b,c,y\n");
        for (int i = 0; i < 500; i++) {
            int sum = i % 2 + i / 2 % 2;
            csv.append("N-")
                    .append(i)
                    .append(',')
                    .append(i % 2)
                    .append(',')
                    .append(i / 2 % 2)
                    .append(",0.5,");
            csv.append(i == 300 ? 7 : sum == 2 ? 1 : 0).append('\n');
        }
        Path file = Files.writeString(folder.resolve("rows.csv"), csv.toString());
        CommandRun demo = CommandRun.of(0, "--csv", file.toString(), "--rate", "0", "--flip-at", "1000");
        assertThat(demo.out.toString())
                .containsPattern("model rows: a 2-[\\d-]*1 network")
                .contains("     499 samples | loss: ")
                .contains("end of rows: 499 samples in 1 pass, 1 dead letter")
                .containsPattern("loss 0\\.\\d+, accuracy \\d+\\.\\d % \\(baseline \\d+\\.\\d %\\)")
                .containsPattern("  0  \\d+ of 374 right")
                .containsPattern("the last predictions: [01] [✓✗]");
        assertThat(demo.err.toString())
                .contains("a sample became a dead letter: y must be one of the classes 0,1; got 7")
                .contains("label y: 2 classes, 0 74.9 %, 1 25.1 %; something else (7) in 1 record, which")
                .contains("id is left out: it looks like an id")
                .contains("c is left out: it is constant")
                .contains("--passes 10");
    }

    @Test
    void demoOfAFileOfClasses_makesASoftmaxOfThem_andShowsThemByName(@TempDir Path folder) throws Exception {
        StringBuilder csv = new StringBuilder("\uFEFFlength;width;wild;species\r\n");
        String[] species = {"setosa", "versicolor", "virginica"};
        for (int i = 0; i < 150; i++) {
            csv.append(i % 3 == 0 ? -1 : 1)
                    .append(i % 3 == 1 ? ";0,5" : ";2,5")
                    .append(i % 2 == 0 ? ";yes;" : ";No;")
                    .append(species[i % 3] + "\r\n");
        }
        Path file = Files.writeString(folder.resolve("iris.csv"), csv.toString());
        CommandRun demo = CommandRun.of(0, "--csv", file.toString(), "--rate", "0", "--passes", "20");
        assertThat(demo.out.toString())
                .containsPattern("model iris: a 3-[\\d-]*3 network, softmax")
                .contains("end of iris: 3,000 samples in 20 passes, 0 dead letters")
                .containsPattern("the last 150, seen in an earlier pass: loss (0\\.0|\\d\\.\\d\\de-)")
                .containsPattern("  setosa      [\\d,]+ of 1,000 right")
                .containsPattern("  versicolor  [\\d,]+ of 1,000 right")
                .containsPattern("  virginica   [\\d,]+ of 1,000 right")
                .contains("the last predictions: setosa ✓, versicolor ✓, virginica ✓");
        assertThat(demo.err.toString())
                .contains("iris.csv is separated by semicolons")
                .contains("label species: 3 classes, setosa 33.3 %, versicolor 33.3 %, virginica 33.3 %");
    }

    @Test
    void demoOfLinesOfJson_learnsNestedFields(@TempDir Path folder) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 600; i++) {
            lines.append("{\"card\":{\"days\":")
                    .append(i * 37 % 100)
                    .append("},\"amount\":")
                    .append(i * 53 % 101)
                    .append(",\"fraud\":")
                    .append(i * 37 % 100 + i * 53 % 101 > 100)
                    .append("}\n");
        }
        Path file = Files.writeString(folder.resolve("orders.jsonl"), lines.toString());
        CommandRun demo = CommandRun.of(
                0, "demo", "--jsonl", file.toString(), "--label", "fraud", "--rate", "0", "--passes", "5");
        assertThat(demo.out.toString())
                .containsPattern("model orders: a 2-[\\d-]*1 network")
                .contains("end of orders: 3,000 samples in 5 passes, 0 dead letters")
                .containsPattern("accuracy 9\\d\\.\\d %")
                .containsPattern("  true   [\\d,]+ of [\\d,]+ right");
    }

    @Test
    void demoOfAFileThatIsNotLearned_saysWhatWouldHelp(@TempDir Path folder) throws Exception {
        StringBuilder csv = new StringBuilder("a,y\n");
        for (int i = 0; i < 100; i++) {
            csv.append(i * 7919 % 100).append(i % 5 == 0 ? ",1\n" : ",0\n");
        }
        Path file = Files.writeString(folder.resolve("rows.csv"), csv.toString());
        CommandRun demo = CommandRun.of(
                0, ("--csv " + file + " --rate 0 --set learning.rate=0.0001 --set features.scaling=none").split(" "));
        assertThat(demo.err.toString())
                .contains("it is hardly better than the baseline, which says the most frequent class so far, or")
                .contains("--set features.scaling=running --set optimizer=adam --set learning.rate=0.01");
    }

    @Test
    void demoOfAFileThatDoesNotFit_isRefused_beforeABrokerIsStarted(@TempDir Path folder) throws Exception {
        Path ragged = Files.writeString(folder.resolve("ragged.csv"), "a,y\n1,0\n1,2,3\n");
        assertRefused("row 3 must have 2 values, as row 1 has; got 3", "--csv", ragged.toString());
        assertRefused("must have the columns z; it has a, y", "--csv", grapes(folder) + "", "--label", "z");
        Path three = Files.writeString(folder.resolve("three.csv"), "a,y\n1,x\n2,y\n3,z\n");
        assertRefusedAtLast(
                "output.activation must be softmax for 3 classes; got sigmoid",
                ("--csv " + three + " --set layers=1,1 --set output.activation=sigmoid --set loss=mse").split(" "));
        assertRefusedAtLast(
                "layers must start with 1, the inputs that features have; got 7; write * for it, as in layers=*,16,*",
                ("--csv " + three + " --set layers=7,3").split(" "));
        assertRefusedAtLast("--flip-at needs a label of two values; y of", "--csv", three + "", "--flip-at", "1");
        assertRefused(
                "--label must be a field of the records; got nothing, and no field is called",
                "--jsonl",
                Files.writeString(folder.resolve("a.jsonl"), "{\"a\":1,\"b\":2}\n")
                        .toString());
    }

    private static Path grapes(Path folder) throws Exception {
        return Files.writeString(folder.resolve("grapes.csv"), "a,y\n1,1\n1,2\n1,3\n");
    }

    /** After what is said about the file. */
    private static void assertRefusedAtLast(String message, String... args) throws Exception {
        CommandRun demo = CommandRun.of(2, args);
        assertThat(demo.err.toString().lines()).last().asString().contains(message);
        assertThat(demo.err.toString()).doesNotContain("starting a Kafka broker");
        assertThat(demo.out.toString()).isEmpty();
    }

    private static void assertRefused(String message, String... args) throws Exception {
        CommandRun demo = CommandRun.of(2, args);
        assertThat(demo.err.toString().lines()).singleElement().asString().contains(message);
        assertThat(demo.out.toString()).isEmpty();
    }

    /** In the line of a second the dip is averaged away, or is not within the samples that it shows. */
    @Test
    void demoOfDriftingLabels_showsTheDrop_beforeItHasLearnedAgain() throws Exception {
        CommandRun demo = CommandRun.of(0, "--dataset", "drifting-xor", "--until-learned", "--rate", "0");
        assertThat(demo.out.toString())
                .containsPattern(
                        "  20,[123]00 samples \\| loss: \\d+\\.\\d+ \\| accuracy: +\\d+ % \\(baseline \\d+ %\\) \\| accuracy"
                                + " drops\\R(?s:.*)learned after 2\\d,\\d+ samples");
    }

    /** The labels flip at sample 20,000. */
    @Test
    void demoOfDriftingLabels_withADetector_tellsOfTheDriftWithinFiftySamples_andOfNoneBefore() throws Exception {
        CommandRun demo = CommandRun.of(
                0, "--dataset", "drifting-xor", "--until-learned", "--rate", "0", "--set", "drift.detector=hddm-a");
        assertThat(demo.err.toString().lines().filter(line -> line.contains(" drifts: ")))
                .singleElement()
                .asString()
                .matches(
                        "model drifting-xor drifts: worse by hddm-a, mean error .* reaction alert, at sample 200[0-4]\\d");
    }

    @Test
    void demoThatDiverges_saysSo_inNarrowLines_andGoesOnCounting() throws Exception {
        CommandRun demo = CommandRun.of(
                1,
                ("--dataset line --set learning.rate=1.5 --set features.scaling=none --until-learned --rate 0 --max-samples"
                                + " 20000")
                        .split(" "));
        assertThat(demo.out.toString())
                .containsPattern("loss: \\d\\.\\d\\de\\d+ diverging \\| R²: -?(\\d\\.\\d\\de\\d+|NaN|Infinity) ")
                .containsPattern("dead letters, [\\d,]+ of them new");
        assertThat(demo.out.toString().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(demo.err.toString()).contains("model line: a sample became a dead letter: the step of model line");
    }

    @Test
    void demoThatIsStoppedBeforeItsBrokerStarts_startsNone() throws Exception {
        CommandRun demo = new CommandRun(shutdown -> shutdown.request(), "demo");
        assertThat(demo.await()).isEqualTo(1);
        assertThat(demo.err.toString().lines()).containsExactly("stopped before the broker was started");
    }

    @Test
    void demoThatIsStoppedBeforeItHasLearned_saysSoByItsExitCode() throws Exception {
        CommandRun demo = new CommandRun("--until-learned", "--rate", "1");
        await().atMost(Duration.ofMinutes(1)).until(() -> demo.out.toString().contains("broker localhost"));
        demo.shutdown.request();
        assertThat(demo.await()).isEqualTo(1);
    }

    @Test
    void demoThatDoesNotLearnInTime_exits1_andSaysSo() throws Exception {
        CommandRun demo = CommandRun.of(
                1, "--until-learned", "--rate", "0", "--max-samples", "5000", "--set", "learning.rate=0.0001");
        assertThat(demo.err.toString()).contains("5,000 samples did not suffice");
    }

    @Test
    void demoWithKeptData_goesOnWhereItStopped(@TempDir Path data) throws Exception {
        CommandRun.of(0, "demo", "--until-learned", "--rate", "0", "--data", data.toString());
        CommandRun again = new CommandRun("demo", "--data", data.toString());
        await().atMost(Duration.ofSeconds(60)).until(() -> again.out.toString().contains("learned after"));
        again.shutdown.request();
        assertThat(again.await()).isZero();
        String version = again.out
                .toString()
                .replaceAll("(?s).*stopped at version ([\\d,]+).*", "$1")
                .replace(",", "");
        assertThat(Long.parseLong(version)).as("%s", again).isGreaterThan(10_000);
    }
}
