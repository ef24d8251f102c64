package dev.streamgrad;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The dashboards' files, and what is in them. */
final class Dashboards {
    static final Path GRAFANA = Path.of("grafana");
    static final Path LEARNING = GRAFANA.resolve("dashboards/learning.json");
    static final Path OPERATIONS = GRAFANA.resolve("dashboards/operations.json");
    static final int GRID_WIDTH = 24;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Dashboards() {}

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(GRAFANA.resolve("dashboards"))) {
            return files.sorted().toList();
        }
    }

    static JsonNode json(Path file) throws IOException {
        return JSON.readTree(file.toFile());
    }

    static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** Every panel, those of collapsed rows too. */
    static List<JsonNode> allPanels(JsonNode dashboard) {
        List<JsonNode> panels = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            panels.add(panel);
            panel.path("panels").forEach(panels::add);
        }
        return panels;
    }

    /** Every panel that shows something. */
    static List<JsonNode> panels(JsonNode dashboard) {
        return allPanels(dashboard).stream()
                .filter(panel -> !panel.path("type").asText().equals("row"))
                .toList();
    }

    static JsonNode panel(Path file, String title) throws IOException {
        return panels(json(file)).stream()
                .filter(panel -> titleOf(panel).equals(title))
                .findFirst()
                .orElseThrow();
    }

    static String titleOf(JsonNode panel) {
        return panel.path("title").asText();
    }

    static List<String> expressions(JsonNode panel) {
        return stream(panel.path("targets"))
                .map(target -> target.path("expr").asText())
                .toList();
    }

    static boolean isTimeSeries(JsonNode panel) {
        return panel.path("type").asText().equals("timeseries");
    }
}
