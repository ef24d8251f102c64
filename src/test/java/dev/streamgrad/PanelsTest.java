package dev.streamgrad;

import static dev.streamgrad.Dashboards.GRID_WIDTH;
import static dev.streamgrad.Dashboards.LEARNING;
import static dev.streamgrad.Dashboards.OPERATIONS;
import static dev.streamgrad.Dashboards.expressions;
import static dev.streamgrad.Dashboards.isTimeSeries;
import static dev.streamgrad.Dashboards.json;
import static dev.streamgrad.Dashboards.panel;
import static dev.streamgrad.Dashboards.panels;
import static dev.streamgrad.Dashboards.stream;
import static dev.streamgrad.Dashboards.titleOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.streams.KafkaStreams.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a look at the dashboards in Grafana, with several jobs, idle models and one that diverged, found wanting. Each
 * rule keeps something from coming back that JSON alone does not show to be wrong.
 */
class PanelsTest {
    @ParameterizedTest
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
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

    /** All jobs is every job of the Prometheus: of metrics that others have too, only those beside a learner's. */
    @ParameterizedTest
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
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
    @MethodSource("dev.streamgrad.Dashboards#files")
    void starts_areAnnotations(Path file) throws IOException {
        JsonNode annotations = json(file).path("annotations").path("list");
        JsonNode starts = annotations.path(0);
        assertThat(starts.path("enable").asBoolean()).isTrue();
        // Milliseconds, which are taken for the time of the event.
        assertThat(starts.path("useValueForTime").asBoolean()).isTrue();
        assertThat(starts.path("expr").asText())
                .startsWith("1000 * process_start_time_seconds{job=~\"$job\", instance=~\"$instance\"}");
        assertThat(starts.path("titleFormat").asText()).isNotBlank();
        assertThat(starts.path("textFormat").asText()).contains("{{instance}}", "{{job}}");
    }

    /** A counter is not there before its first event, so the expression takes what is not there for zero. */
    @Test
    void whatIsDecidedAboutAModel_isAnAnnotationOfLearning() throws IOException {
        JsonNode decisions = json(LEARNING).path("annotations").path("list").path(1);
        assertThat(decisions.path("enable").asBoolean()).isTrue();
        assertThat(decisions.path("useValueForTime").asBoolean()).isFalse();
        assertThat(decisions.path("expr").asText())
                .contains(
                        "streamgrad_events_total{",
                        "offset " + decisions.path("step").asText(),
                        "or 0 * sum by")
                .endsWith("> 0");
        assertThat(decisions.path("titleFormat").asText()).contains("{{model}}", "{{event}}");
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
}
