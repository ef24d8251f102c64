package dev.streamgrad;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.streams.KafkaStreams.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules that every Grafana dashboard keeps, and that what provisions them fits together. */
class DashboardsTest {
    private static final Path GRAFANA = Path.of("grafana");
    /** The newest of classic JSON: Grafana 12 reads it without conversion. */
    private static final int NEWEST_SCHEMA = 42;

    private static final Path LEARNING = GRAFANA.resolve("dashboards/learning.json");
    private static final Path OPERATIONS = GRAFANA.resolve("dashboards/operations.json");
    private static final int GRID_WIDTH = 24;
    private static final int SHORTEST_DESCRIPTION = 60;
    private static final String DATASOURCE_VARIABLE = "${datasource}";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final Pattern WINDOW = Pattern.compile("\\[([^]]*)]");

    private static final Pattern SELECTOR = Pattern.compile("\\{([^}]*)}");
    /** A gauge over a time of its own: what a rate would make of it is no matter. */
    private static final Pattern OVER_TIME = Pattern.compile(
            "\\w+_over_time\\(streamgrad_(dead_units_ratio|saturated_units_ratio|client_state)\\{[^}]*}\\[\\d+[md]]\\)");

    private static final Pattern RATE = Pattern.compile("\\b(rate|irate|increase|delta|idelta|deriv)\\(");

    static List<Path> dashboards() throws IOException {
        try (Stream<Path> files = Files.list(GRAFANA.resolve("dashboards"))) {
            return files.sorted().toList();
        }
    }

    static List<Path> yamlFiles() throws IOException {
        try (Stream<Path> files = Files.walk(GRAFANA)) {
            return files.filter(file -> file.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
        }
    }

    private static JsonNode json(Path file) throws IOException {
        return JSON.readTree(file.toFile());
    }

    private static JsonNode yaml(Path file) throws IOException {
        return YAML.readTree(file.toFile());
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** Every panel, those of collapsed rows too. */
    private static List<JsonNode> allPanels(JsonNode dashboard) {
        List<JsonNode> panels = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            panels.add(panel);
            panel.path("panels").forEach(panels::add);
        }
        return panels;
    }

    /** Every panel that shows something. */
    private static List<JsonNode> panels(JsonNode dashboard) {
        return allPanels(dashboard).stream()
                .filter(panel -> !panel.path("type").asText().equals("row"))
                .toList();
    }

    private static JsonNode panel(Path file, String title) throws IOException {
        return panels(json(file)).stream()
                .filter(panel -> titleOf(panel).equals(title))
                .findFirst()
                .orElseThrow();
    }

    private static String titleOf(JsonNode panel) {
        return panel.path("title").asText();
    }

    private static List<String> expressions(JsonNode panel) {
        return stream(panel.path("targets"))
                .map(target -> target.path("expr").asText())
                .toList();
    }

    @Test
    void learningAndOperations_areThere() throws IOException {
        assertThat(dashboards().stream().map(file -> file.getFileName().toString()))
                .containsExactly("learning.json", "operations.json");
        Set<String> uids = new TreeSet<>();
        for (Path file : dashboards()) {
            uids.add(json(file).path("uid").asText());
        }
        assertThat(uids).hasSize(2).doesNotContain("");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void dashboard_isClassicJson(Path file) throws IOException {
        JsonNode dashboard = json(file);
        assertThat(dashboard.path("schemaVersion").isInt()).isTrue();
        assertThat(dashboard.path("schemaVersion").asInt()).isBetween(36, NEWEST_SCHEMA);
        assertThat(titleOf(dashboard)).isNotBlank();
        assertThat(dashboard.path("description").asText()).isNotBlank();
        // Its number in one database means nothing in another.
        assertThat(dashboard.path("id").isInt()).isFalse();
        assertThat(panels(dashboard)).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void variables_areDataSourceJobInstanceAndModel(Path file) throws IOException {
        JsonNode variables = json(file).path("templating").path("list");
        assertThat(stream(variables).map(variable -> variable.path("name").asText()))
                .containsExactly("datasource", "job", "instance", "model");
        assertThat(variables.path(0).path("type").asText()).isEqualTo("datasource");
        assertThat(variables.path(0).path("query").asText()).isEqualTo("prometheus");
        assertThat(stream(variables).skip(1)).allSatisfy(variable -> {
            assertThat(variable.path("type").asText()).isEqualTo("query");
            assertThat(variable.path("query").path("query").asText()).startsWith("label_values(streamgrad_");
        });
        JsonNode model = variables.path(3);
        assertThat(model.path("multi").asBoolean()).isTrue();
        assertThat(model.path("includeAll").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panels_sayWhatTheyShow_andWhatToDo(Path file) throws IOException {
        List<JsonNode> panels = panels(json(file));
        for (JsonNode panel : panels) {
            assertThat(titleOf(panel)).isNotBlank();
            assertThat(panel.path("description").asText())
                    .as("description of %s", titleOf(panel))
                    .hasSizeGreaterThan(SHORTEST_DESCRIPTION)
                    .endsWith(".");
            JsonNode defaults = panel.path("fieldConfig").path("defaults");
            assertThat(defaults.path("unit").asText())
                    .as("unit of %s", titleOf(panel))
                    .isNotBlank();
            assertThat(defaults.path("thresholds").path("steps"))
                    .as("thresholds of %s", titleOf(panel))
                    .isNotEmpty();
            assertThat(panel.path("targets"))
                    .as("queries of %s", titleOf(panel))
                    .isNotEmpty();
            assertThat(stream(panel.path("targets")))
                    .as("legends of %s", titleOf(panel))
                    .allSatisfy(target ->
                            assertThat(target.path("legendFormat").asText()).isNotBlank());
            assertThat(stream(panel.path("targets"))
                            .map(target -> target.path("refId").asText()))
                    .doesNotHaveDuplicates()
                    .doesNotContain("");
        }
        assertThat(panels.stream().map(DashboardsTest::titleOf)).doesNotHaveDuplicates();
    }

    /** What was looked at in Grafana and found wanting; each rule is what keeps it from coming back. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void dashboard_isReadOnly_andAllMeansAll(Path file) throws IOException {
        JsonNode dashboard = json(file);
        assertThat(dashboard.path("editable").isBoolean()).isTrue();
        assertThat(dashboard.path("editable").asBoolean()).isFalse();
        // Otherwise All is a list of the names of now, as long as there are instances and models, without those that
        // are down.
        assertThat(stream(dashboard.path("templating").path("list")).skip(1))
                .allSatisfy(variable ->
                        assertThat(variable.path("allValue").asText()).isEqualTo(".+"));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void whatOnlyGrows_isARate(Path file) throws IOException {
        assertThat(panels(json(file)).stream().flatMap(panel -> expressions(panel).stream()))
                .isNotEmpty()
                .noneMatch(expression -> expression.contains("increase("));
        assertThat(panels(json(file)).stream()
                        .map(panel -> panel.path("fieldConfig")
                                .path("defaults")
                                .path("custom")
                                .path("drawStyle")
                                .asText("line")))
                .containsOnly("line");
    }

    /** One name in two jobs is two models, and one instance's name in two jobs two instances. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void groups_areByJob_andNameIt(Path file) throws IOException {
        Pattern groups = Pattern.compile("by \\(([^)]*)\\)");
        for (JsonNode panel : panels(json(file))) {
            for (JsonNode target : panel.path("targets")) {
                String expression = target.path("expr").asText();
                for (String group : groups.matcher(expression)
                        .results()
                        .map(match -> match.group(1))
                        .toList()) {
                    List<String> labels = List.of(group.split(", ", -1));
                    if (labels.contains("model") || labels.contains("instance")) {
                        assertThat(labels).as(expression).contains("job");
                    }
                }
                String legend = target.path("legendFormat").asText();
                if (expression.contains("by (job, model") && isTimeSeries(panel)) {
                    assertThat(legend).as(titleOf(panel)).startsWith("{{model}} ({{job}})");
                }
                if (expression.contains("by (job, instance") && isTimeSeries(panel)) {
                    assertThat(legend).as(titleOf(panel)).startsWith("{{instance}} ({{job}})");
                }
            }
        }
    }

    private static boolean isTimeSeries(JsonNode panel) {
        return panel.path("type").asText().equals("timeseries");
    }

    /** All jobs is every job of the Prometheus: of metrics that others have too, only those beside a learner's. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void metricsThatOthersHave_areThoseOfLearners(Path file) throws IOException {
        Pattern foreign = Pattern.compile("\\b(?!streamgrad_|ALERTS)\\w+\\{");
        for (JsonNode panel : panels(json(file))) {
            for (String expression : expressions(panel)) {
                if (foreign.matcher(expression).find()) {
                    assertThat(expression)
                            .containsPattern(
                                    "and on \\(job(, instance)?\\) (last_over_time\\()?streamgrad_client_state\\{");
                }
            }
        }
    }

    /** Decades from 1e-9 to 1e12 that one diverged model stretches no further, with labels that are not 0, 0, 0. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void logarithmicAxes_haveLabels_andAnEnd(Path file) throws IOException {
        for (JsonNode panel : panels(json(file))) {
            JsonNode defaults = panel.path("fieldConfig").path("defaults");
            JsonNode custom = defaults.path("custom");
            if (custom.path("scaleDistribution").path("type").asText().equals("log")) {
                assertThat(defaults.path("unit").asText()).as(titleOf(panel)).isEqualTo("sci");
                assertThat(defaults.path("decimals").asInt(-1))
                        .as(titleOf(panel))
                        .isEqualTo(1);
                assertThat(custom.path("axisSoftMax").isNumber())
                        .as(titleOf(panel))
                        .isTrue();
                assertThat(expressions(panel))
                        .as(titleOf(panel))
                        .allMatch(expression ->
                                expression.contains("streamgrad_loss_") || expression.startsWith("clamp_max("));
            }
        }
    }

    @Test
    void whatMayDiverge_isOnALogarithmicAxis() throws IOException {
        Pattern unbounded = Pattern.compile("streamgrad_(loss_sum|mae|gradient_norm)\\{");
        List<JsonNode> found = panels(json(LEARNING)).stream()
                .filter(panel -> isTimeSeries(panel)
                        && expressions(panel).stream()
                                .anyMatch(expression ->
                                        unbounded.matcher(expression).find()))
                .toList();
        assertThat(found)
                .hasSize(3)
                .allSatisfy(panel -> assertThat(panel.at("/fieldConfig/defaults/custom/scaleDistribution/type")
                                .asText())
                        .isEqualTo("log"));
    }

    /** A table below the curves takes half of them; beside them it has room, and the worst is at its top. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void legends_leaveRoomForTheCurves(Path file) throws IOException {
        for (JsonNode panel : panels(json(file))) {
            JsonNode legend = panel.path("options").path("legend");
            if (isTimeSeries(panel)) {
                assertThat(legend.path("displayMode").asText())
                        .as(titleOf(panel))
                        .isIn("table", "list");
            }
            if (legend.path("displayMode").asText().equals("table")) {
                assertThat(legend.path("placement").asText()).as(titleOf(panel)).isEqualTo("right");
                assertThat(legend.path("sortBy").asText()).as(titleOf(panel)).isEqualTo("Last *");
                assertThat(legend.path("sortDesc").asBoolean())
                        .as(titleOf(panel))
                        .isTrue();
                assertThat(stream(legend.path("calcs")).map(JsonNode::asText))
                        .as(titleOf(panel))
                        .contains("lastNotNull");
                // Pixels; a panel of half a page has some 900.
                assertThat(panel.path("gridPos").path("w").asInt())
                        .as(titleOf(panel))
                        .isGreaterThanOrEqualTo(GRID_WIDTH / 2);
                assertThat(legend.path("width").asInt()).as(titleOf(panel)).isBetween(150, 300);
            }
        }
    }

    /**
     * By its name, so that a model or an instance has one colour everywhere; the dashed lines have that of the solid.
     */
    @ParameterizedTest
    @MethodSource("dashboards")
    void colours_areByName(Path file) throws IOException {
        for (JsonNode panel : panels(json(file))) {
            if (isTimeSeries(panel)) {
                assertThat(panel.at("/fieldConfig/defaults/color/mode").asText())
                        .as(titleOf(panel))
                        .isEqualTo("palette-classic-by-name");
            }
        }
    }

    /**
     * What is drawn dashed beside a model's line has the same name, thus the same colour, and is not in the legend
     * twice.
     */
    @Test
    void baselines_haveTheColourOfTheirModel() throws IOException {
        List<JsonNode> withBaseline = panels(json(LEARNING)).stream()
                .filter(panel ->
                        isTimeSeries(panel) && expressions(panel).stream().anyMatch(all -> all.contains("_baseline_")))
                .toList();
        assertThat(withBaseline).hasSize(2).allSatisfy(panel -> {
            assertThat(stream(panel.path("targets"))
                            .map(target -> target.path("legendFormat").asText()))
                    .containsOnly("{{model}} ({{job}})");
            JsonNode override = panel.at("/fieldConfig/overrides/0");
            assertThat(override.at("/matcher/id").asText()).isEqualTo("byFrameRefID");
            assertThat(override.at("/matcher/options").asText()).isEqualTo("B");
            assertThat(stream(override.path("properties"))
                            .filter(property -> property.path("id").asText().equals("custom.hideFrom"))
                            .map(property ->
                                    property.path("value").path("legend").asBoolean()))
                    .containsExactly(true);
        });
    }

    /** A null takes the colour of the lowest threshold: it must not be green or red for what is not there. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void nothing_isNeitherGoodNorBad(Path file) throws IOException {
        for (JsonNode panel : panels(json(file))) {
            String type = panel.path("type").asText();
            if (type.equals("stat") || type.equals("table")) {
                List<JsonNode> thresholds = panel.path("fieldConfig").findValues("thresholds");
                assertThat(thresholds)
                        .as(titleOf(panel))
                        .isNotEmpty()
                        .allSatisfy(steps ->
                                assertThat(steps.at("/steps/0/color").asText()).isEqualTo("text"));
                assertThat(panel.at("/fieldConfig/defaults/noValue").asText())
                        .as(titleOf(panel))
                        .isNotBlank();
            }
        }
    }

    /** With colours by threshold a timeline merges the values of each range and shows "2+" instead of what 2 means. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void timelines_showWhatTheirNumbersMean(Path file) throws IOException {
        List<JsonNode> timelines = panels(json(file)).stream()
                .filter(panel -> panel.path("type").asText().equals("state-timeline"))
                .toList();
        assertThat(timelines).isNotEmpty().allSatisfy(panel -> {
            JsonNode defaults = panel.path("fieldConfig").path("defaults");
            assertThat(defaults.path("color").path("mode").asText())
                    .as(titleOf(panel))
                    .isEqualTo("fixed");
            assertThat(defaults.at("/mappings/0/type").asText())
                    .as(titleOf(panel))
                    .isEqualTo("value");
            assertThat(defaults.at("/mappings/0/options")).as(titleOf(panel)).isNotEmpty();
        });
        assertThat(timelines.stream().flatMap(panel -> expressions(panel).stream()))
                .anyMatch(expression -> expression.contains("ALERTS{alertname=~\"Streamgrad.+\""));
    }

    @Test
    void clientState_namesEveryState() throws IOException {
        JsonNode state = panel(OPERATIONS, "Client state");
        JsonNode names = state.at("/fieldConfig/defaults/mappings/0/options");
        for (State named : State.values()) {
            assertThat(stream(names).map(name -> name.path("text").asText())).contains(named.name());
        }
        assertThat(names.path("2").path("text").asText()).isEqualTo("RUNNING");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void starts_areAnnotations(Path file) throws IOException {
        JsonNode annotations = json(file).path("annotations").path("list");
        assertThat(annotations).hasSize(1);
        JsonNode starts = annotations.path(0);
        assertThat(starts.path("enable").asBoolean()).isTrue();
        // Milliseconds, which are taken for the time of the event.
        assertThat(starts.path("useValueForTime").asBoolean()).isTrue();
        assertThat(starts.path("expr").asText())
                .startsWith("1000 * process_start_time_seconds{job=~\"$job\", instance=~\"$instance\"}");
        assertThat(starts.path("titleFormat").asText()).isNotBlank();
        assertThat(starts.path("textFormat").asText()).contains("{{instance}}", "{{job}}");
    }

    /**
     * A row per job and model: its columns are those asked for, each with a unit and nothing in it that is no number.
     */
    @Test
    void learning_beginsWithATableOfModels_thenTheLossOfAll() throws IOException {
        List<JsonNode> panels = panels(json(LEARNING));
        JsonNode table = panels.get(0);
        assertThat(table.path("type").asText()).isEqualTo("table");
        assertThat(table.at("/gridPos/y").asInt()).isZero();
        assertThat(table.at("/gridPos/w").asInt()).isEqualTo(GRID_WIDTH);
        assertThat(stream(table.path("targets"))).hasSize(7).allSatisfy(target -> {
            assertThat(target.path("expr").asText()).contains("by (job, model)");
            assertThat(target.path("format").asText()).isEqualTo("table");
            assertThat(target.path("instant").asBoolean()).isTrue();
        });
        assertThat(stream(table.path("transformations"))
                        .map(step -> step.path("id").asText()))
                .containsExactly("merge", "organize");
        JsonNode organized = table.at("/transformations/1/options");
        List<String> columns = new ArrayList<>();
        organized.path("renameByName").forEach(name -> columns.add(name.asText()));
        assertThat(columns)
                .containsExactly(
                        "Model",
                        "Job",
                        "Samples/s",
                        "Loss",
                        "Accuracy",
                        "Accuracy over baseline",
                        "MAE over baseline",
                        "Version",
                        "Refused");
        assertThat(organized.path("excludeByName").path("Time").asBoolean()).isTrue();
        assertThat(stream(table.at("/fieldConfig/overrides"))
                        .map(override -> override.at("/matcher/options").asText()))
                .containsAll(columns.subList(2, columns.size()));
        JsonNode loss = panels.get(1);
        assertThat(titleOf(loss)).isEqualTo("Loss");
        assertThat(loss.at("/gridPos/w").asInt()).isEqualTo(GRID_WIDTH);
        assertThat(loss.at("/gridPos/y").asInt())
                .isEqualTo(table.at("/gridPos/h").asInt());
        assertThat(loss.at("/options/legend/placement").asText()).isEqualTo("right");
    }

    /** Skipped samples are dead letters, too: each record is in one curve. */
    @Test
    void recordsByOutcome_countsEachOnce() throws IOException {
        assertThat(expressions(panel(OPERATIONS, "Records by outcome")))
                .anyMatch(expression -> expression.contains("streamgrad_trained_total{"))
                .anyMatch(expression -> expression.contains("streamgrad_requests_total{"))
                .anyMatch(expression -> expression.contains("reason=\"divergence\""))
                .anyMatch(expression -> expression.contains("reason!=\"divergence\""))
                .hasSize(4);
    }

    /** "2 of 3", coloured by the share of those that are up. */
    @Test
    void instancesUp_saysOfHowMany() throws IOException {
        JsonNode up = panel(OPERATIONS, "Instances up");
        assertThat(up.at("/options/textMode").asText()).isEqualTo("name");
        assertThat(expressions(up))
                .singleElement()
                .satisfies(expression -> assertThat(expression)
                        .contains(
                                "count_values(\"up\", sum(",
                                "count_values(\"all\", count(",
                                "\" of \", \"up\", \"all\""));
        assertThat(up.at("/targets/0/legendFormat").asText()).isEqualTo("{{of}}");
        assertThat(stream(up.at("/fieldConfig/defaults/thresholds/steps"))
                        .map(step -> step.path("color").asText() + step.path("value")))
                .containsExactly("textnull", "red0", "green1");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void rates_areOverTheRateInterval(Path file) throws IOException {
        for (JsonNode panel : panels(json(file))) {
            for (String expression : expressions(panel)) {
                String rates = OVER_TIME.matcher(expression).replaceAll("");
                assertThat(WINDOW.matcher(rates).results().map(window -> window.group(1)))
                        .as(expression)
                        .allMatch("$__rate_interval"::equals);
                assertThat(RATE.matcher(rates).results().count())
                        .as(expression)
                        .isEqualTo(WINDOW.matcher(rates).results().count());
            }
        }
    }

    /** What only grows says something by its rate alone. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void histogramsAndSums_areRates(Path file) throws IOException {
        Pattern bare = Pattern.compile("(?<!rate\\()(?<!increase\\()\\bstreamgrad_\\w+_(bucket|sum|count)\\{");
        assertThat(panels(json(file)).stream().flatMap(panel -> expressions(panel).stream()))
                .isNotEmpty()
                .noneMatch(expression -> bare.matcher(expression).find());
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void everySelector_isByJobAndInstance(Path file) throws IOException {
        for (JsonNode panel : panels(json(file))) {
            for (String expression : expressions(panel)) {
                assertThat(SELECTOR.matcher(expression).results().map(selector -> selector.group(1)))
                        .as(expression)
                        .isNotEmpty()
                        .allSatisfy(selector -> assertThat(selector)
                                .satisfiesAnyOf(
                                        all -> assertThat(all)
                                                .contains("job=~\"$job\"")
                                                .contains("instance=~\"$instance\""),
                                        // Few alerts have an instance, and one has no job.
                                        all -> assertThat(all)
                                                .startsWith("alertname=~\"Streamgrad.+\"")
                                                .contains("job=~\"$job|\"")));
                if (expression.contains("by (job, model") && !expression.contains("ALERTS{")) {
                    assertThat(expression).contains("model=~\"$model\"");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void dataSource_isTheVariable(Path file) throws IOException {
        JsonNode dashboard = json(file);
        assertThat(dashboard.findValues("datasource")).isNotEmpty().allSatisfy(datasource -> {
            assertThat(datasource.path("type").asText()).isEqualTo("prometheus");
            assertThat(datasource.path("uid").asText()).isEqualTo(DATASOURCE_VARIABLE);
        });
        for (JsonNode panel : panels(dashboard)) {
            assertThat(panel.path("datasource").isObject()).as(titleOf(panel)).isTrue();
            assertThat(stream(panel.path("targets")))
                    .as(titleOf(panel))
                    .allMatch(target -> target.path("datasource").isObject());
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void ids_areUnique(Path file) throws IOException {
        assertThat(allPanels(json(file)).stream().map(panel -> panel.path("id").asInt()))
                .doesNotHaveDuplicates()
                .allMatch(id -> id > 0);
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panels_fitTheGrid_withoutOverlap(Path file) throws IOException {
        Set<String> taken = new TreeSet<>();
        for (JsonNode panel : allPanels(json(file))) {
            JsonNode at = panel.path("gridPos");
            int x = at.path("x").asInt(-1);
            int y = at.path("y").asInt(-1);
            int width = at.path("w").asInt();
            int height = at.path("h").asInt();
            assertThat(x).as(titleOf(panel)).isNotNegative();
            assertThat(y).as(titleOf(panel)).isNotNegative();
            assertThat(width).as(titleOf(panel)).isPositive();
            assertThat(height).as(titleOf(panel)).isPositive();
            assertThat(x + width).as(titleOf(panel)).isLessThanOrEqualTo(GRID_WIDTH);
            for (int column = x; column < x + width; column++) {
                for (int row = y; row < y + height; row++) {
                    assertThat(taken.add(column + "," + row))
                            .as("%s covers another panel", titleOf(panel))
                            .isTrue();
                }
            }
        }
    }

    @Test
    void learning_showsAccuracyBesideItsBaseline_andTheErrorOfARegressionBesideItsOwn() throws IOException {
        List<String> together = panels(json(LEARNING)).stream()
                .map(panel -> String.join(" ", expressions(panel)))
                .toList();
        assertThat(together)
                .anyMatch(all ->
                        all.contains("streamgrad_accuracy_ratio") && all.contains("streamgrad_baseline_accuracy_ratio"))
                .anyMatch(all -> all.contains("streamgrad_mae") && all.contains("streamgrad_baseline_mae"))
                .anyMatch(
                        all -> all.contains("rate(streamgrad_loss_sum") && all.contains("rate(streamgrad_loss_count"));
    }

    /** The usual band of a step's change: 1e-4 to 1e-2, around 1e-3. */
    @Test
    void updateRatio_hasItsBands() throws IOException {
        JsonNode ratio = panels(json(LEARNING)).stream()
                .filter(panel -> expressions(panel).stream().anyMatch(all -> all.contains("streamgrad_update_ratio")))
                .findFirst()
                .orElseThrow();
        JsonNode defaults = ratio.path("fieldConfig").path("defaults");
        assertThat(stream(defaults.path("thresholds").path("steps"))
                        .map(step -> step.path("value").asDouble()))
                .containsExactly(0.0, 1e-4, 1e-3, 1e-2);
        assertThat(defaults.path("custom").path("thresholdsStyle").path("mode").asText())
                .isNotEqualTo("off");
    }

    @ParameterizedTest
    @MethodSource("yamlFiles")
    void yamlFile_parses(Path file) throws IOException {
        assertThat(yaml(file).isObject()).isTrue();
        assertThat(yaml(file).isEmpty()).isFalse();
    }

    @Test
    void dataSource_isPrometheus_atTheScrapeInterval() throws IOException {
        JsonNode datasource = yaml(GRAFANA.resolve("provisioning/datasources/prometheus.yml"))
                .path("datasources")
                .path(0);
        assertThat(datasource.path("type").asText()).isEqualTo("prometheus");
        assertThat(datasource.path("uid").asText()).isEqualTo("streamgrad-prometheus");
        assertThat(datasource.path("isDefault").asBoolean()).isTrue();
        assertThat(datasource.path("url").asText()).isEqualTo("http://prometheus:9090");
        assertThat(datasource.path("jsonData").path("timeInterval").asText())
                .as("$__rate_interval is four times this")
                .isEqualTo(yaml(GRAFANA.resolve("prometheus/prometheus.yml"))
                        .path("global")
                        .path("scrape_interval")
                        .asText());
    }

    /** What mounts the files and what reads them agree about where they are. */
    @Test
    void compose_mountsWhatIsProvisioned() throws IOException {
        JsonNode services = yaml(Path.of("docker-compose.yml")).path("services");
        JsonNode grafana = services.path("grafana");
        String folder = yaml(GRAFANA.resolve("provisioning/dashboards/streamgrad.yml"))
                .path("providers")
                .path(0)
                .path("options")
                .path("path")
                .asText();
        assertThat(stream(grafana.path("volumes")).map(JsonNode::asText))
                .contains(
                        "./grafana/dashboards:" + folder + ":ro",
                        "./grafana/provisioning/datasources:/etc/grafana/provisioning/datasources:ro",
                        "./grafana/provisioning/dashboards:/etc/grafana/provisioning/dashboards:ro");
        assertThat(grafana.path("environment")
                        .path("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH")
                        .asText())
                .isEqualTo(folder + "/learning.json");
        assertThat(stream(services.path("prometheus").path("volumes")).map(JsonNode::asText))
                .allSatisfy(volume -> {
                    if (volume.startsWith("./")) {
                        assertThat(Path.of(volume.split(":", -1)[0])).exists();
                    }
                });
        assertThat(services)
                .allSatisfy(service -> assertThat(stream(service.path("ports")).map(JsonNode::asText))
                        .allMatch(port -> port.startsWith("127.0.0.1:")));
        assertThat(services)
                .allSatisfy(service -> assertThat(service.path("image").asText())
                        .satisfiesAnyOf(
                                image -> assertThat(image).isEqualTo(""),
                                image -> assertThat(image).matches("[a-z/]+:v?\\d+\\.\\d+\\.\\d+")));
    }

    @Test
    void alerts_sayWhatToDo() throws IOException {
        List<JsonNode> rules = stream(
                        yaml(GRAFANA.resolve("alerts/streamgrad.rules.yml")).path("groups"))
                .flatMap(group -> stream(group.path("rules")))
                .toList();
        assertThat(rules.stream().map(rule -> rule.path("alert").asText()))
                .contains(
                        "StreamgradStalled",
                        "StreamgradLagging",
                        "StreamgradDiverging",
                        "StreamgradWorseThanBaseline",
                        "StreamgradDeadLettersRising",
                        "StreamgradInstanceDown")
                .doesNotHaveDuplicates();
        String tests = Files.readString(GRAFANA.resolve("alerts/streamgrad.rules.test.yml"));
        for (JsonNode rule : rules) {
            String name = rule.path("alert").asText();
            assertThat(rule.path("for").asText()).as(name).matches("\\d+m");
            assertThat(rule.path("labels").path("severity").asText()).as(name).isIn("warning", "critical");
            assertThat(rule.path("annotations").path("summary").asText())
                    .as(name)
                    .isNotBlank();
            assertThat(rule.path("annotations").path("description").asText())
                    .as(name)
                    .hasSizeGreaterThan(SHORTEST_DESCRIPTION);
            // Once where it fires, and once where it does not.
            assertThat(tests)
                    .contains("alertname: " + name + "\n")
                    .containsPattern("alertname: " + name + ", eval_time: \\w+, exp_alerts: \\[]");
        }
    }
}
