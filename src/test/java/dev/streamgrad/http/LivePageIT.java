package dev.streamgrad.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ForcedColors;
import com.microsoft.playwright.options.ReducedMotion;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Layer;
import dev.streamgrad.nn.Network;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The live page in a real browser, on models that the project's own learner trains. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LivePageIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BUDGET = 160 * 1024;

    private Browser browser;
    private LiveFixture fixture;
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final List<BrowserContext> contexts = new ArrayList<>();

    @BeforeAll
    void start() throws Exception {
        var installed = Browser.installed();
        assumeTrue(installed.isPresent(), "there is no Chromium, or no Node.js");
        browser = installed.get();
        fixture = LiveFixture.ofEveryKind();
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
            fixture.close();
        }
    }

    @AfterEach
    void closePages() {
        contexts.forEach(BrowserContext::close);
        contexts.clear();
        faults.clear();
        fixture.fail(false);
    }

    private Page open(String model, com.microsoft.playwright.Browser.NewContextOptions options) {
        BrowserContext context = browser.chromium().newContext(options);
        contexts.add(context);
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (!message.type().equals("log")) {
                faults.add(message.text());
            }
        });
        page.onPageError(faults::add);
        page.onRequest(request -> {
            if (!request.url().startsWith(fixture.url()) && !request.url().startsWith("data:image/png")) {
                faults.add("asked " + request.url());
            }
        });
        page.navigate(fixture.url() + "#model=" + model);
        until(page, "document.documentElement.dataset.seq > 0");
        return page;
    }

    private Page open(String model) {
        return open(model, new com.microsoft.playwright.Browser.NewContextOptions().setViewportSize(1440, 1000));
    }

    /** Waits for something on the page; Playwright's own waiting needs an eval, which the policy forbids. */
    private static void until(Page page, String condition) {
        await().pollInSameThread()
                .atMost(PATIENCE)
                .until(() -> page.evaluate(condition).equals(true));
    }

    private long framesAskedFor() {
        return fixture.asked().stream().filter(path -> path.contains("/frame")).count();
    }

    // ---- what is seen

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xor",
                "xor-learned",
                "spiral",
                "sine",
                "flowers",
                "surface-of-two",
                "six-features",
                "large",
                "diverged"
            })
    void everyKindOfModel_isDrawnWithoutAFault(String model) {
        Page page = open(model);
        until(page, "document.documentElement.dataset.seq > 3");
        assertThat(page.textContent("#lead")).contains(model);
        assertThat(page.title()).startsWith(model);
        assertThat(page.locator(".card:visible .sentence").allTextContents())
                .hasSizeGreaterThanOrEqualTo(4)
                .noneMatch(String::isBlank)
                .noneMatch(sentence -> sentence.matches("(?s).*(undefined|NaN|null|Infinity).*"));
        assertThat(faults).isEmpty();
    }

    @Test
    void xor_isSeenToBeLearned() {
        Page page = open("xor");
        assertThat(page.textContent("#loss .sentence")).contains("The loss over the last");
        until(page, "document.getElementById('state').textContent === 'Learned'");
        assertThat(page.textContent("#lead")).startsWith("xor has learned: it was right about");
        double loss = ((Number) page.evaluate("document.querySelector('#loss .sentence').textContent"
                        + ".match(/samples is ([0-9.]+)/)[1] * 1"))
                .doubleValue();
        assertThat(loss).isBetween(0.0, 0.2);
        until(
                page,
                "document.querySelector('#hidden .sentence').textContent.startsWith('Here a straight line separates')");
    }

    @Test
    void theSurface_hasTheColoursOfTheNetwork() {
        Page page = open("still");
        @SuppressWarnings("unchecked")
        Map<String, Object> canvas = (Map<String, Object>) page.evaluate("""
                () => {
                  const canvas = document.querySelector('#surface canvas');
                  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                  return {n: canvas.width, data: Array.from(data), x0: +canvas.dataset.x0, x1: +canvas.dataset.x1,
                    y0: +canvas.dataset.y0, y1: +canvas.dataset.y1};
                }""");
        int n = (int) number(canvas.get("n"));
        List<?> data = (List<?>) Objects.requireNonNull(canvas.get("data"));
        double x0 = number(canvas.get("x0"));
        double x1 = number(canvas.get("x1"));
        double y0 = number(canvas.get("y0"));
        double y1 = number(canvas.get("y1"));
        LiveFixture.Trained model = fixture.model("still");
        Network network =
                new Network(model.spec().architecture(), model.spec().birth().loss());
        int[] orange = {0xd5, 0x5e, 0x00};
        int[] middle = {0xf4, 0xf1, 0xea};
        int[] blue = {0x00, 0x72, 0xb2};
        int compared = 0;
        for (int j = 1; j < n; j += 6) {
            for (int i = 2; i < n; i += 6) {
                double[] point = {x0 + (i + 0.5) / n * (x1 - x0), y1 - (j + 0.5) / n * (y1 - y0)};
                double p = network.forward(model.parameters(), point)[0];
                for (int c = 0; c < 3; c++) {
                    double share = Math.abs(2.0 * p - 1.0);
                    double expected = (1.0 - share) * middle[c] + share * (p < 0.5 ? orange : blue)[c];
                    assertThat(number(data.get(4 * (j * n + i) + c)))
                            .as("at %s %s", point[0], point[1])
                            .isCloseTo(expected, within(1.0));
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(48);
    }

    @Test
    void divergedNumbers_areMarkedAndSaid() {
        Page page = open("diverged");
        assertThat(page.textContent("#state")).isEqualTo("Diverged");
        assertThat(page.textContent("#loss .sentence")).contains("not a number");
        assertThat(page.textContent("#surface .sentence")).contains("not a number");
        assertThat(page.textContent("#refused")).contains("17 samples");
        assertThat(page.locator("#loss .nans path").count()).isPositive();
        openTable(page, "network");
        assertThat(page.textContent("#network tbody")).contains("not a number").doesNotContain("NaN");
        assertThat(faults).isEmpty();
    }

    // ---- the mathematics

    @ParameterizedTest
    @EnumSource(Activation.class)
    void theForwardPass_isJavas(Activation activation) {
        boolean softmax = activation == Activation.SOFTMAX;
        ModelSpec spec = SpecSettings.parse(Map.of(
                "layers",
                softmax ? "2,5,3" : "2,5,1",
                "hidden.activation",
                softmax ? "tanh" : activation.id(),
                "output.activation",
                softmax ? "softmax" : "identity",
                "loss",
                softmax ? "cross-entropy" : "mse",
                "initializer",
                "normal"));
        Model model = new Model(spec);
        Network network = new Network(spec.architecture(), spec.birth().loss());
        List<List<Double>> points = new ArrayList<>();
        List<List<Double>> expected = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            double[] x = {-8.0 + 16.0 * (i % 50) / 49.0, -8.0 + 16.0 * Math.floorDiv(i, 50) / 39.0};
            points.add(boxed(x));
            expected.add(boxed(network.forward(model.parameters(), x)));
        }
        List<Object> weights = new ArrayList<>();
        List<Object> biases = new ArrayList<>();
        for (Layer layer : model.parameters().layers()) {
            weights.add(
                    Stream.of(layer.weights().getData()).map(LivePageIT::boxed).toList());
            biases.add(boxed(layer.biases().toArray()));
        }
        Page page = open("still");
        List<?> computed = (List<?>) page.evaluate(
                """
                async ({weights, biases, activations, points}) => {
                  const {Network} = await import('/live/nn.js');
                  const network = new Network(weights, biases, activations);
                  return points.map((x) => Array.from(network.forward(x)));
                }""",
                Map.of(
                        "weights", weights,
                        "biases", biases,
                        "activations",
                                spec.architecture().activations().stream()
                                        .map(Activation::id)
                                        .toList(),
                        "points", points));
        for (int i = 0; i < points.size(); i++) {
            List<?> outputs = (List<?>) computed.get(i);
            for (int k = 0; k < outputs.size(); k++) {
                assertThat(number(outputs.get(k)))
                        .as("output %s at %s", k, points.get(i))
                        .isCloseTo(expected.get(i).get(k), within(1e-12));
            }
        }
    }

    @Test
    void aStepByHand_hasTheNumbersOfTheStep() {
        Page page = open("still");
        page.waitForSelector("#byhand .formula");
        JsonNode step = Objects.requireNonNull(fixture.model("still").lastStep());
        List<Double> shown = new ArrayList<>();
        page.focus("#byhand .plot");
        page.keyboard().press("Home");
        for (boolean more = true; more; ) {
            for (Object value : (List<?>)
                    page.evaluate("[...document.querySelectorAll('#byhand [data-value]')].map(e => e.dataset.value)")) {
                shown.add(Double.parseDouble((String) value));
            }
            more = page.isEnabled("#byhand button:has-text('Next')");
            if (more) {
                page.click("#byhand button:has-text('Next')");
            }
        }
        List<Double> expected = new ArrayList<>();
        step.get("layers")
                .forEach(layer -> List.of("sums", "outputs", "delta", "weightGradient", "newWeights")
                        .forEach(field -> numbers(layer.get(field), expected)));
        expected.add(step.get("loss").get("value").doubleValue());
        assertThat(expected).hasSizeGreaterThan(30);
        assertThat(shown).containsAll(expected);
    }

    // ---- asking

    @Test
    void space_pausesAndGoesOn() {
        Page page = open("xor-learned");
        page.keyboard().press("Space");
        assertThat(page.getAttribute("#pause", "aria-pressed")).isEqualTo("true");
        assertNothingMoreIsAsked(page);
        long before = framesAskedFor();
        page.keyboard().press("Space");
        await().pollInSameThread().atMost(PATIENCE).until(() -> turn(page) && framesAskedFor() > before + 2);
    }

    @Test
    void aHiddenTab_asksNothing() {
        Page page = open("xor-learned");
        page.evaluate("() => { Object.defineProperty(document, 'hidden', {get: () => true, configurable: true});"
                + " document.dispatchEvent(new Event('visibilitychange')); }");
        assertNothingMoreIsAsked(page);
        long before = framesAskedFor();
        page.evaluate("() => { Object.defineProperty(document, 'hidden', {get: () => false, configurable: true});"
                + " document.dispatchEvent(new Event('visibilitychange')); }");
        await().pollInSameThread().atMost(PATIENCE).until(() -> turn(page) && framesAskedFor() > before + 2);
    }

    /** What was under way may still arrive; then, for several times the pace of the frames, nothing. */
    private void assertNothingMoreIsAsked(Page page) {
        long[] last = {-1, System.nanoTime()};
        await().pollInSameThread().atMost(PATIENCE).until(() -> {
            turn(page);
            int asked = fixture.asked().size();
            if (asked != last[0]) {
                last[0] = asked;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > Duration.ofMillis(1_500).toNanos();
        });
        assertThat(fixture.asked()).hasSize((int) last[0]);
    }

    /** Lets the browser's events come in. */
    private static boolean turn(Page page) {
        page.evaluate("1");
        return true;
    }

    @Test
    void aLearnerThatDoesNotAnswer_isSaidAndAskedAgain() {
        Page page = open("xor-learned");
        fixture.fail(true);
        page.waitForSelector("#failure:visible");
        assertThat(page.textContent("#failure")).contains("the learner has not started yet");
        fixture.fail(false);
        page.waitForSelector(
                "#failure",
                new Page.WaitForSelectorOptions()
                        .setState(com.microsoft.playwright.options.WaitForSelectorState.HIDDEN));
        assertThat(page.isVisible("#failure")).isFalse();
    }

    @Test
    void reducedMotion_asksOnceASecond() {
        Page page = open(
                "xor-learned",
                new com.microsoft.playwright.Browser.NewContextOptions().setReducedMotion(ReducedMotion.REDUCE));
        @SuppressWarnings("unchecked")
        List<Number> waits = (List<Number>) page.evaluate("""
                () => new Promise((resolve) => {
                  const waits = []; const set = window.setTimeout;
                  window.setTimeout = (f, ms) => { waits.push(ms); if (waits.length > 3) resolve(waits); return set(f, ms); };
                })""");
        assertThat(waits).allSatisfy(wait -> assertThat(wait.intValue()).isGreaterThanOrEqualTo(1_000));
    }

    // ---- for everybody

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark", "forced", "phone"})
    void axe_findsNothing(String appearance) {
        Page page = open("xor-learned", appearance(appearance));
        openTable(page, "network");
        var violations = new AxeBuilder(page).analyze().getViolations();
        assertThat(violations)
                .as(violations.stream()
                        .map(rule -> rule.getId() + ": "
                                + rule.getNodes().stream()
                                        .limit(3)
                                        .map(node -> node.getHtml())
                                        .toList())
                        .toList()
                        .toString())
                .isEmpty();
    }

    private static com.microsoft.playwright.Browser.NewContextOptions appearance(String name) {
        var options = new com.microsoft.playwright.Browser.NewContextOptions().setViewportSize(1440, 1000);
        return switch (name) {
            case "dark" -> options.setColorScheme(ColorScheme.DARK);
            case "forced" -> options.setForcedColors(ForcedColors.ACTIVE);
            case "phone" -> options.setViewportSize(360, 740);
            default -> options;
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"xor-learned", "spiral", "flowers", "six-features", "large"})
    void aPhone_neverScrollsSideways(String model) {
        Page page = open(model, appearance("phone"));
        until(page, "document.documentElement.dataset.seq > 2");
        assertThat(number(page.evaluate("document.documentElement.scrollWidth")))
                .isEqualTo(360.0);
    }

    @Test
    void dark_isDark() {
        Page page = open("still", appearance("dark"));
        assertThat(page.evaluate("getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(16, 19, 23)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"surface", "network", "loss", "layers", "hidden", "byhand"})
    void everyFigure_takesTheArrowKeysAndSaysWhereTheCursorIs(String id) {
        Page page = open("xor-learned");
        page.waitForSelector("#byhand .formula");
        until(
                page,
                "document.documentElement.dataset.seq > 2 + " + page.evaluate("document.documentElement.dataset.seq"));
        page.focus("#" + id + " .plot");
        page.keyboard().press("ArrowRight");
        String first = page.textContent("#cursor-said");
        page.keyboard().press(id.equals("loss") ? "ArrowLeft" : "ArrowRight");
        if (id.equals("layers")) {
            page.keyboard().press("ArrowDown");
        }
        String second = page.textContent("#cursor-said");
        assertThat(first).isNotBlank();
        assertThat(second).isNotBlank().isNotEqualTo(first);
        openTable(page, id);
    }

    /** The browser tells the page that it is open a moment later. */
    private static void openTable(Page page, String id) {
        page.click("#" + id + " summary");
        until(page, "document.querySelectorAll('#" + id + " tbody tr').length > 0");
    }

    @Test
    void theWholePage_keepsToItsBudget() throws Exception {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> own = Files.list(Path.of("src/main/resources/live"))) {
            own.forEach(files::add);
        }
        long sum = 0;
        for (Path file : files) {
            sum += zipped(Files.readAllBytes(file));
        }
        var d3 = new LivePage().file(new Request("GET", List.of("live", "lib", "d3.js"), List.of()));
        sum += zipped(d3.orElseThrow().body());
        assertThat(sum).isLessThan(BUDGET);
    }

    private static int zipped(byte[] bytes) throws Exception {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(to)) {
            zip.write(bytes);
        }
        return to.size();
    }

    private static double number(@Nullable Object value) {
        return ((Number) Objects.requireNonNull(value)).doubleValue();
    }

    private static List<Double> boxed(double[] values) {
        return java.util.Arrays.stream(values).boxed().toList();
    }

    private static void numbers(JsonNode node, List<Double> to) {
        if (node.isArray()) {
            node.forEach(child -> numbers(child, to));
        } else {
            to.add(node.doubleValue());
        }
    }
}
