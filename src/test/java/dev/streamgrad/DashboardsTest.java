package dev.streamgrad;

import static dev.streamgrad.Dashboards.GRAFANA;
import static dev.streamgrad.Dashboards.GRID_WIDTH;
import static dev.streamgrad.Dashboards.LEARNING;
import static dev.streamgrad.Dashboards.allPanels;
import static dev.streamgrad.Dashboards.expressions;
import static dev.streamgrad.Dashboards.files;
import static dev.streamgrad.Dashboards.json;
import static dev.streamgrad.Dashboards.panels;
import static dev.streamgrad.Dashboards.stream;
import static dev.streamgrad.Dashboards.titleOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules that every Grafana dashboard keeps, and that what provisions them fits together. */
class DashboardsTest {
    /** The newest of classic JSON: Grafana 12 reads it without conversion. */
    private static final int NEWEST_SCHEMA = 42;

    private static final int SHORTEST_DESCRIPTION = 60;
    private static final String DATASOURCE_VARIABLE = "${datasource}";
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final Pattern WINDOW = Pattern.compile("\\[([^]]*)]");

    private static final Pattern SELECTOR = Pattern.compile("\\{([^}]*)}");
    /** A gauge over a time of its own: what a rate would make of it is no matter. */
    private static final Pattern OVER_TIME = Pattern.compile(
            "\\w+_over_time\\(streamgrad_(dead_units_ratio|saturated_units_ratio|client_state)\\{[^}]*}\\[\\d+[md]]\\)");

    private static final Pattern RATE = Pattern.compile("\\b(rate|irate|increase|delta|idelta|deriv)\\(");

    static List<Path> yamlFiles() throws IOException {
        try (Stream<Path> files = Files.walk(GRAFANA)) {
            return files.filter(file -> file.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
        }
    }

    private static JsonNode yaml(Path file) throws IOException {
        return YAML.readTree(file.toFile());
    }

    @Test
    void learningAndOperations_areThere() throws IOException {
        assertThat(files().stream().map(file -> file.getFileName().toString()))
                .containsExactly("learning.json", "operations.json");
        Set<String> uids = new TreeSet<>();
        for (Path file : files()) {
            uids.add(json(file).path("uid").asText());
        }
        assertThat(uids).hasSize(2).doesNotContain("");
    }

    @ParameterizedTest
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
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
        assertThat(panels.stream().map(Dashboards::titleOf)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
    void histogramsAndSums_areRates(Path file) throws IOException {
        Pattern bare = Pattern.compile("(?<!rate\\()(?<!increase\\()\\bstreamgrad_\\w+_(bucket|sum|count)\\{");
        assertThat(panels(json(file)).stream().flatMap(panel -> expressions(panel).stream()))
                .isNotEmpty()
                .noneMatch(expression -> bare.matcher(expression).find());
    }

    @ParameterizedTest
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
    void ids_areUnique(Path file) throws IOException {
        assertThat(allPanels(json(file)).stream().map(panel -> panel.path("id").asInt()))
                .doesNotHaveDuplicates()
                .allMatch(id -> id > 0);
    }

    @ParameterizedTest
    @MethodSource("dev.streamgrad.Dashboards#files")
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
