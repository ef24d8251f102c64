package dev.streamgrad.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import dev.streamgrad.learning.DriftDetector.Change;
import dev.streamgrad.learning.DriftDetector.Direction;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Replays every run of River in the folder that the system property {@code reference.drift.dir} names: detections and
 * warnings exactly, numbers to 1e-9.
 */
class DriftDetectorTest {
    /** Detectors that River has and we have not. */
    private static final Set<String> NOT_OURS = Set.of("ddm", "kswin");

    /** River's names of our numbers, and where they stand in a detector's state. */
    private static final Map<String, List<String>> STATE = Map.of(
            "hddm-a", List.of("change", "n", "mean", "minN", "minMean", "maxN", "maxMean"),
            "adwin", List.of("change", "before", "sinceTrial", "width", "total", "variance"),
            "adwin-keep", List.of("change", "before", "sinceTrial", "width", "total", "variance"),
            "page-hinkley", List.of("change", "n", "mean", "sumIncrease", "sumDecrease", "minIncrease", "maxDecrease"));

    @TestFactory
    Stream<DynamicTest> replays() throws IOException {
        Path folder = Path.of(System.getProperty("reference.drift.dir", "src/test/resources/reference/drift"));
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file :
                    all.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                JsonNode json = ReferenceRunsTest.read(file);
                for (JsonNode run : json.get("runs")) {
                    if (!NOT_OURS.contains(run.get("detector").textValue())) {
                        String name =
                                file.getFileName() + " " + run.get("detector").textValue() + run.get("parameters");
                        tests.add(DynamicTest.dynamicTest(name, () -> replay(run, values(json))));
                    }
                }
            }
        }
        assertThat(tests).as("runs in %s", folder).isNotEmpty();
        return tests.stream();
    }

    private static double[] values(JsonNode json) {
        double[] values = new double[json.get("values").size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = json.get("values").get(i).doubleValue();
        }
        return values;
    }

    private static void replay(JsonNode run, double[] values) {
        DriftDetector detector = detector(run);
        Map<Integer, JsonNode> figures = new HashMap<>();
        for (String list : List.of("every100", "atDrift")) {
            run.get(list).forEach(node -> figures.put(node.get("index").intValue(), node));
        }
        List<Integer> drifts = new ArrayList<>();
        List<Integer> warnings = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            Change change = detector.update(values[i]);
            if (change == Change.DRIFT) {
                drifts.add(i);
            } else if (change == Change.WARNING) {
                warnings.add(i);
            }
            JsonNode expected = figures.remove(i);
            if (expected != null) {
                expectFigures(run.get("detector").textValue() + " at " + i, expected, detector, run);
            }
        }
        assertThat(figures).as("figures that were not asked for").isEmpty();
        List<Integer> expectedDrifts = new ArrayList<>();
        run.get("drifts").forEach(node -> expectedDrifts.add(node.intValue()));
        assertThat(drifts).isEqualTo(expectedDrifts);
        List<Integer> expectedWarnings = new ArrayList<>();
        for (JsonNode zone : run.path("warnings")) {
            for (int i = zone.get(0).intValue(); i <= zone.get(1).intValue(); i++) {
                expectedWarnings.add(i);
            }
        }
        assertThat(warnings).isEqualTo(expectedWarnings);
    }

    private static void expectFigures(String what, JsonNode expected, DriftDetector detector, JsonNode run) {
        List<String> names =
                Objects.requireNonNull(STATE.get(run.get("detector").textValue()));
        List<Double> state = state(detector);
        for (Map.Entry<String, JsonNode> field : expected.properties()) {
            double actual =
                    switch (field.getKey()) {
                        case "index" -> field.getValue().doubleValue();
                        case "estimation" -> detector.estimateAfter();
                        case "estimationBefore" -> detector.estimateBefore();
                        default -> {
                            assertThat(names).contains(field.getKey());
                            yield state.get(names.indexOf(field.getKey()));
                        }
                    };
            ReferenceRunsTest.expectClose(
                    what + ", " + field.getKey(), field.getValue().doubleValue(), actual);
        }
    }

    private static DriftDetector detector(JsonNode run) {
        JsonNode p = run.get("parameters");
        Set<String> unknown = new TreeSet<>();
        p.fieldNames().forEachRemaining(unknown::add);
        String name = run.get("detector").textValue();
        return switch (name) {
            case "hddm-a" -> {
                unknown.removeAll(Set.of("drift_confidence", "warning_confidence", "two_sided_test"));
                assertThat(unknown).isEmpty();
                yield new HddmA(
                        p.get("drift_confidence").doubleValue(),
                        p.get("warning_confidence").doubleValue(),
                        p.get("two_sided_test").booleanValue());
            }
            case "adwin", "adwin-keep" -> {
                unknown.removeAll(Set.of("delta", "clock", "max_buckets", "min_window_length", "grace_period"));
                assertThat(unknown).isEmpty();
                yield new Adwin(
                        p.get("delta").doubleValue(),
                        p.get("clock").intValue(),
                        p.get("max_buckets").intValue(),
                        p.get("min_window_length").intValue(),
                        p.get("grace_period").intValue(),
                        name.equals("adwin-keep"));
            }
            case "page-hinkley" -> {
                unknown.removeAll(Set.of("min_instances", "delta", "threshold", "alpha", "mode"));
                assertThat(unknown).isEmpty();
                yield new PageHinkley(
                        p.get("min_instances").longValue(),
                        p.get("delta").doubleValue(),
                        p.get("threshold").doubleValue(),
                        p.get("alpha").doubleValue(),
                        PageHinkley.Mode.valueOf(p.get("mode").textValue().toUpperCase(Locale.ROOT)));
            }
            default -> throw new IllegalArgumentException("detector " + name + " is not built");
        };
    }

    static Stream<Supplier<DriftDetector>> detectors() {
        return Stream.of(
                () -> new HddmA(0.001, 0.005, true),
                () -> new Adwin(0.002, 32, 5, 5, 10, false),
                () -> new Adwin(0.002, 32, 5, 5, 10, true),
                () -> new PageHinkley(30, 0.005, 5.0, 0.9999, PageHinkley.Mode.BOTH));
    }

    /** One error in ten, then four in five, and so on: 500 of each. */
    private static double error(int i) {
        boolean bad = i / 500 % 2 == 1;
        return (i * 7 % 10 < (bad ? 8 : 1)) ? 1.0 : 0.0;
    }

    private static List<Double> state(DriftDetector detector) {
        List<Double> numbers = new ArrayList<>();
        detector.write(numbers::add);
        return numbers;
    }

    private static void restore(DriftDetector detector, List<Double> numbers) {
        Iterator<Double> from = numbers.iterator();
        detector.restore(from::next);
        assertThat(from).isExhausted();
    }

    @ParameterizedTest
    @MethodSource("detectors")
    void writtenAndReadAtAnyError_itGoesOnAsIfNothingHadHappened(Supplier<DriftDetector> detectors) {
        DriftDetector undisturbed = detectors.get();
        DriftDetector moving = detectors.get();
        Set<Change> seen = new TreeSet<>();
        for (int i = 0; i < 3000; i++) {
            List<Double> numbers = state(moving);
            assertThat(numbers).hasSizeLessThanOrEqualTo((int) moving.most());
            // Into one that has seen something else, which must leave nothing behind.
            DriftDetector next = detectors.get();
            for (int j = 0; j < i % 100; j++) {
                next.update(j % 3);
            }
            restore(next, numbers);
            assertThat(state(next)).isEqualTo(numbers);
            moving = next;
            seen.add(moving.update(error(i)));
            undisturbed.update(error(i));
            assertThat(state(moving)).as("state after %d", i).isEqualTo(state(undisturbed));
            assertThat(moving.change()).isEqualTo(undisturbed.change());
            assertThat(moving.estimateBefore()).isEqualTo(undisturbed.estimateBefore());
            assertThat(moving.estimateAfter()).isEqualTo(undisturbed.estimateAfter());
        }
        assertThat(seen).contains(Change.DRIFT);
    }

    @ParameterizedTest
    @MethodSource("detectors")
    void whatRises_isWorse_andWhatFalls_isBetter(Supplier<DriftDetector> detectors) {
        DriftDetector rising = detectors.get();
        assertThat(firstDrift(rising, 0)).isBetween(500, 600);
        assertThat(rising.direction()).isEqualTo(Direction.WORSE);
        assertThat(rising.estimateBefore()).isBetween(0.05, 0.25);
        assertThat(rising.estimateAfter()).isGreaterThan(rising.estimateBefore() + 0.05);
        DriftDetector falling = detectors.get();
        assertThat(firstDrift(falling, 500)).isBetween(1000, 1100);
        assertThat(falling.direction()).isEqualTo(Direction.BETTER);
        assertThat(falling.estimateBefore()).isBetween(0.7, 0.9);
        assertThat(falling.estimateAfter()).isLessThan(falling.estimateBefore() - 0.05);
    }

    private static int firstDrift(DriftDetector detector, int from) {
        for (int i = from; i < from + 1000; i++) {
            if (detector.update(error(i)) == Change.DRIFT) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void pageHinkley_tellsTheMeansOfBothSides() {
        PageHinkley detector = new PageHinkley(30, 0.005, 5.0, 1.0, PageHinkley.Mode.UP);
        for (int i = 0; i < 100; i++) {
            detector.update(1.0);
        }
        Change change = Change.NONE;
        while (change == Change.NONE) {
            change = detector.update(3.0);
        }
        assertThat(detector.estimateBefore()).isCloseTo(1.0, within(1e-12));
        assertThat(detector.estimateAfter()).isCloseTo(3.0, within(1e-12));
    }

    @Test
    void hddmA_warnsFirst_andTellsTheMeansOfBothSides() {
        HddmA detector = new HddmA(0.001, 0.005, false);
        for (int i = 0; i < 500; i++) {
            assertThat(detector.update(0.0)).isEqualTo(Change.NONE);
        }
        // Then every other one is wrong.
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            changes.add(detector.update(i % 2 == 0 ? 1.0 : 0.0));
            if (i == 12) {
                assertThat(detector.direction()).isEqualTo(Direction.WORSE);
                assertThat(detector.estimateAfter()).isCloseTo(7.0 / 13, within(1e-12));
            }
        }
        // With k of m wrong the mean k / (500 + m) is compared with √(m / 500 / (500 + m) / 2 · ln(2 / confidence)):
        // 6 of 11 are 0.01174 against 0.01136, 6 of 12 are 0.01172 against 0.01185.
        assertThat(changes.subList(0, 10)).containsOnly(Change.NONE);
        assertThat(changes.subList(10, 15))
                .containsExactly(Change.WARNING, Change.NONE, Change.WARNING, Change.WARNING, Change.DRIFT);
        assertThat(detector.estimateBefore()).isZero();
        assertThat(detector.estimateAfter()).isCloseTo(8.0 / 15, within(1e-12));
    }

    @ParameterizedTest
    @MethodSource("detectors")
    void theErrorAfterADrift_isTheFirstOfAnEmptyWindow_unlessItIsKept(Supplier<DriftDetector> detectors) {
        DriftDetector detector = detectors.get();
        int drift = firstDrift(detector, 0);
        long window = detector.window();
        assertThat(window).isGreaterThan(1);
        detector.update(error(drift + 1));
        assertThat(detector.window()).isIn(1L, window + 1);
        detector.clear();
        assertThat(state(detector)).isEqualTo(state(detectors.get()));
        assertThat(detector.window()).isZero();
        assertThat(detector.estimateBefore()).isZero();
        assertThat(detector.estimateAfter()).isZero();
    }

    @ParameterizedTest
    @MethodSource("detectors")
    void anErrorThatIsNoNumber_isRefused_andChangesNothing(Supplier<DriftDetector> detectors) {
        DriftDetector detector = detectors.get();
        firstDrift(detector, 0);
        List<Double> before = state(detector);
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1.1e100}) {
            assertThat(DriftDetector.accepts(bad)).isFalse();
            assertThatThrownBy(() -> detector.update(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("error must be a finite number of at most 1.0E100 in magnitude; got " + bad
                            + "; leave the sample out");
        }
        assertThat(state(detector)).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("detectors")
    void theGreatestErrors_leaveEveryNumberFinite(Supplier<DriftDetector> detectors) {
        DriftDetector detector = detectors.get();
        for (int i = 0; i < 2000; i++) {
            detector.update(i % 3 == 0 ? DriftDetector.LARGEST_ERROR : -DriftDetector.LARGEST_ERROR);
        }
        assertThat(state(detector)).allMatch(Double::isFinite);
    }

    @Test
    void adwin_cutsNothing_whereRoundingMadeTheSumOfSquaresNegative() {
        assertThat(cutsWithSumOfSquares(1e-9)).isEqualTo(Change.DRIFT);
        assertThat(cutsWithSumOfSquares(-1e-9)).isEqualTo(Change.NONE);
    }

    /** Thirty-two zeros and thirty-one ones, whose sum of squares is replaced, and the next. */
    private static Change cutsWithSumOfSquares(double squares) {
        Adwin adwin = new Adwin(0.002, 64, 5, 5, 10, false);
        for (int i = 0; i < 63; i++) {
            adwin.update(i < 32 ? 0.0 : 1.0);
        }
        List<Double> numbers = state(adwin);
        // What the last one adds: 63/64 of the square of its distance from the mean, 31/63.
        double added = 63 * (32.0 / 63) * (32.0 / 63) / 64;
        numbers.set(5, squares - added);
        restore(adwin, numbers);
        return adwin.update(1.0);
    }

    @ParameterizedTest
    @MethodSource("detectors")
    void anUpdateAllocatesNothing(Supplier<DriftDetector> detectors) {
        DriftDetector detector = detectors.get();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        // Warm up, so that neither class loading nor the rows of a window are counted.
        feed(detector, 20_000);
        long before = threads.getThreadAllocatedBytes(thread);
        long justAsking = threads.getThreadAllocatedBytes(thread) - before;
        long start = threads.getThreadAllocatedBytes(thread);
        feed(detector, 10_000);
        long allocated = threads.getThreadAllocatedBytes(thread) - start - justAsking;
        assertThat(allocated).as("bytes for 10,000 errors").isLessThan(10_000);
    }

    private static void feed(DriftDetector detector, int errors) {
        for (int i = 0; i < errors; i++) {
            detector.update(error(i));
        }
    }

    @ParameterizedTest
    @MethodSource("detectors")
    void aDamagedState_isRefused_andLeavesAClearDetector(Supplier<DriftDetector> detectors) {
        DriftDetector detector = detectors.get();
        feed(detector, 400);
        List<Double> good = state(detector);
        for (int i = 0; i < good.size(); i++) {
            List<Double> damaged = new ArrayList<>(good);
            damaged.set(i, Double.NaN);
            assertThatThrownBy(() -> detector.restore(damaged.iterator()::next))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("NaN");
            assertThat(state(detector)).isEqualTo(state(detectors.get()));
        }
        List<Double> unknownChange = new ArrayList<>(good);
        unknownChange.set(0, 3.0);
        assertThatThrownBy(() -> detector.restore(unknownChange.iterator()::next))
                .hasMessage("drift detector's change must be a whole number from 0 to 2; got 3.0;"
                        + " restore an undamaged state");
    }

    @Test
    void adwin_refusesAWindowThatItsBucketsDoNotFill() {
        Adwin adwin = new Adwin(0.002, 32, 5, 5, 10, false);
        feed(adwin, 100);
        List<Double> numbers = state(adwin);
        numbers.set(3, 101.0);
        assertThatThrownBy(() -> adwin.restore(numbers.iterator()::next))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("buckets");
    }

    @Test
    void parametersOutOfRange_areRefused() {
        refused(() -> new HddmA(0.0, 0.005, false), "drift.hddm.drift.confidence must be over 0 and under 1; got 0.0");
        refused(() -> new HddmA(0.001, 1.0, false), "drift.hddm.warning.confidence must be over 0 and under 1");
        refused(() -> new HddmA(0.01, 0.005, false), "at least drift.hddm.drift.confidence (0.01); got 0.005");
        refused(() -> new Adwin(Double.NaN, 32, 5, 5, 10, false), "drift.adwin.delta must be over 0 and under 1");
        refused(() -> new Adwin(0.002, 0, 5, 5, 10, false), "drift.adwin.clock must be at least 1; got 0; try 32");
        refused(() -> new Adwin(0.002, 32, 1, 5, 10, false), "drift.adwin.max.buckets must be at least 2");
        refused(() -> new Adwin(0.002, 32, 5, 0, 10, false), "drift.adwin.min.window must be at least 1");
        refused(() -> new Adwin(0.002, 32, 5, 5, -1, false), "drift.adwin.grace.period must be at least 0");
        PageHinkley.Mode up = PageHinkley.Mode.UP;
        refused(() -> new PageHinkley(0, 0.005, 50, 1, up), "drift.page-hinkley.min.samples must be at least 1");
        refused(() -> new PageHinkley(30, -1, 50, 1, up), "drift.page-hinkley.delta must be from 0");
        refused(() -> new PageHinkley(30, 0.005, 0, 1, up), "drift.page-hinkley.threshold must be a finite number");
        refused(() -> new PageHinkley(30, 0.005, 50, 1.1, up), "drift.page-hinkley.alpha must be over 0 and at most 1");
    }

    private static void refused(ThrowingCallable made, String message) {
        assertThatThrownBy(made).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    private static final SettingsReader BY_DEFAULT = new SettingsReader(SpecSettings.DEFAULTS);

    @Test
    void kinds_areFoundByName_andNoneMakesNone() {
        assertThat(DriftDetectorKind.of("none").create(BY_DEFAULT)).isNull();
        assertThat(DriftDetectorKind.of("hddm-a").create(BY_DEFAULT)).isInstanceOf(HddmA.class);
        assertThat(DriftDetectorKind.of("adwin").create(BY_DEFAULT)).isInstanceOf(Adwin.class);
        assertThat(DriftDetectorKind.of("page-hinkley").create(BY_DEFAULT)).isInstanceOf(PageHinkley.class);
        refused(
                () -> DriftDetectorKind.of("ddm"),
                "drift.detector must be one of none, hddm-a, adwin, page-hinkley; got ddm");
    }
}
