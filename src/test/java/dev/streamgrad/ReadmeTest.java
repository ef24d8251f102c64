package dev.streamgrad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.learning.SpecSettings;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.SampleReader;
import dev.streamgrad.settings.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What README, CONTRIBUTING and the pages say is so. Their commands are exercised by {@code CommandLineOfTheReadmeTest}
 * and {@code .ci/run}, the table of metrics by {@code LearnerServerTest}, the example of the page on testing by
 * {@code ImageIT}.
 */
class ReadmeTest {
    private static final int LONGEST_README = 200;
    /** A name with dots between backticks, perhaps with a value. */
    private static final Pattern DOTTED = Pattern.compile("`([a-z]+(?:\\.[a-zA-Z0-9-]+)+)(?:=[^`]*)?`");

    private static final Set<String> HEADERS = Set.of(
            "streamgrad.error",
            "streamgrad.topic",
            "streamgrad.partition",
            "streamgrad.offset",
            "streamgrad.value.bytes");
    /** What else has dots, or stands for a name. */
    private static final Pattern OTHER = Pattern.compile(
            ".*\\.(md|jar|java|json|safetensors|onnx|yml|sh|cmd|properties|xml)|dev\\.streamgrad.*|cluster\\.local|KEY");

    @Test
    void readme_isShort() throws IOException {
        assertThat(Files.readAllLines(Path.of("README.md"))).hasSizeLessThanOrEqualTo(LONGEST_README);
    }

    // tables and examples

    @Test
    void tables_areWhatTheCodeSays() throws IOException {
        for (Map.Entry<String, String> table : ReadmeTables.all().entrySet()) {
            List<String> there = Documentation.pages().values().stream()
                    .filter(page -> ReadmeTables.has(page, table.getKey()))
                    .map(page -> ReadmeTables.in(page, table.getKey()))
                    .toList();
            assertThat(there)
                    .as("run the main of ReadmeTables to write the %s anew", table.getKey())
                    .containsExactly(table.getValue());
        }
    }

    @Test
    void samples_areSome() throws Exception {
        SampleReader reader = SampleReader.of(ModelSpec.xor());
        List<String> samples = jsonWith("\"features\"");
        assertThat(samples).hasSizeGreaterThan(1);
        for (String sample : samples) {
            reader.read(sample.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void predictions_areSome() throws IOException {
        List<String> predictions = jsonWith("\"prediction\"");
        assertThat(predictions).hasSizeGreaterThan(1);
        assertThat(predictions)
                .allSatisfy(json -> assertThat(Prediction.read(json.getBytes(StandardCharsets.UTF_8))
                                .prediction())
                        .hasSize(1));
    }

    @Test
    void example_isOnThePageAsItIsRun() throws IOException {
        String page = Documentation.page("testing.md");
        Path project = Path.of("src/docs/testing");
        assertThat(Documentation.fenced(page, "xml")).containsExactly(Files.readString(project.resolve("pom.xml")));
        assertThat(Documentation.fenced(page, "java"))
                .containsExactly(Files.readString(project.resolve("src/test/java/com/example/LearnsXorTest.java")));
    }

    /** Where there is no Docker, {@code ImageIT} does not look. */
    @Test
    void example_compiles(@TempDir Path classes) {
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        messages,
                        messages,
                        "-proc:none",
                        "-d",
                        classes.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "src/docs/testing/src/test/java/com/example/LearnsXorTest.java");
        assertThat(code).as("%s", messages).isZero();
    }

    @Test
    void example_hasTheVersionsOfThisProject() throws IOException {
        String ours = Files.readString(Path.of("pom.xml"));
        List<String> versions = Pattern.compile("</artifactId>\\s*<version>(.*)</version>\\s*(?:<scope>|</plugin>)")
                .matcher(Files.readString(Path.of("src/docs/testing/pom.xml")))
                .results()
                .map(version -> version.group(1))
                .toList();
        assertThat(versions).hasSize(7).allSatisfy(version -> assertThat(ours).contains("ersion>" + version + "<"));
    }

    private static List<String> jsonWith(String field) throws IOException {
        return Documentation.matches("(?m)(?<=^|\t)\\{.*}$").stream()
                .filter(json -> json.contains(field))
                .toList();
    }

    // links

    @Test
    void links_leadSomewhere() throws IOException {
        Map<Path, String> pages = Documentation.pages();
        List<String> dead = new ArrayList<>();
        int links = 0;
        for (Map.Entry<Path, String> page : pages.entrySet()) {
            Matcher link = Pattern.compile("]\\(([^)\\s]+)\\)").matcher(Documentation.prose(page.getValue()));
            while (link.find()) {
                links++;
                if (!link.group(1).startsWith("http") && !resolves(pages, page.getKey(), link.group(1))) {
                    dead.add(page.getKey() + ": " + link.group(1));
                }
            }
        }
        assertThat(dead).isEmpty();
        assertThat(links).isGreaterThan(100);
    }

    private static boolean resolves(Map<Path, String> pages, Path from, String link) {
        String[] parts = link.split("#", 2);
        Path folder = from.getParent() == null ? Path.of("") : from.getParent();
        Path target = parts[0].isEmpty() ? from : folder.resolve(parts[0]).normalize();
        if (parts.length == 1) {
            return Files.exists(target);
        }
        return pages.containsKey(target)
                && Documentation.anchors(pages.get(target)).contains(parts[1]);
    }

    @Test
    void everyPage_isReachedFromTheReadme() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        for (Path page : Documentation.pages().keySet()) {
            if (!page.endsWith("README.md")) {
                assertThat(readme).contains("(" + page.toString().replace('\\', '/') + ")");
            }
        }
    }

    // names

    @Test
    void settings_exist() throws IOException {
        Set<String> known = kafkaNames();
        known.addAll(Settings.DEFINITION.names());
        known.addAll(HEADERS);
        Set<String> unknown = new TreeSet<>();
        int names = 0;
        for (String page : Documentation.pages().values()) {
            List<String> here = Stream.concat(
                            DOTTED.matcher(page).results().map(result -> result.group(1)),
                            Pattern.compile("--set ([a-z.A-Z0-9-]+)=")
                                    .matcher(page)
                                    .results()
                                    .map(result -> result.group(1)))
                    .toList();
            names += here.size();
            here.stream()
                    .filter(name -> !OTHER.matcher(name).matches() && !isSetting(name, known))
                    .forEach(unknown::add);
        }
        assertThat(unknown).isEmpty();
        assertThat(names).isGreaterThan(100);
    }

    private static boolean isSetting(String name, Set<String> known) {
        if (name.startsWith("kafka.")) {
            return known.contains(name.replaceFirst("^kafka\\.((main\\.)?consumer|producer|admin)?\\.?", ""));
        }
        if (name.startsWith(Settings.DESERIALIZER_PREFIX)) {
            return true;
        }
        return name.startsWith("models.")
                ? SpecSettings.DEFAULTS.containsKey(name.replaceFirst("^models\\.[^.]+\\.", ""))
                : known.contains(name);
    }

    private static Set<String> kafkaNames() {
        Set<String> names = new TreeSet<>(StreamsConfig.configDef().names());
        names.addAll(ProducerConfig.configNames());
        names.addAll(ConsumerConfig.configNames());
        names.addAll(AdminClientConfig.configNames());
        names.addAll(Set.of(
                TopicConfig.RETENTION_MS_CONFIG,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                TopicConfig.CLEANUP_POLICY_CONFIG,
                GroupCoordinatorConfig.OFFSETS_RETENTION_MINUTES_CONFIG));
        return names;
    }

    @Test
    void propertiesFiles_areRead() throws IOException {
        List<String> files = Documentation.fenced("properties");
        assertThat(files).hasSizeGreaterThan(1);
        for (String file : files) {
            Properties properties = new Properties();
            properties.load(new StringReader(file));
            Map<String, String> settings = new HashMap<>();
            properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
            assertThatCode(() -> Settings.of(settings)).as(file).doesNotThrowAnyException();
        }
    }

    @Test
    void metrics_exist() throws IOException {
        Set<String> known = Pattern.compile("(?m)^\\| `(streamgrad_[a-z_]+)` \\|")
                .matcher(Documentation.page("metrics.md"))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toSet());
        assertThat(Documentation.matches("streamgrad_[a-z_]+"))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(known).contains(name.replaceFirst("_(sum|count|bucket)$", "")));
    }

    @Test
    void alerts_areThoseOfTheRules() throws IOException {
        Set<String> rules = Pattern.compile("(?m)^ *- alert: (\\w+)$")
                .matcher(Files.readString(Path.of("grafana/alerts/streamgrad.rules.yml")))
                .results()
                .map(rule -> rule.group(1))
                .collect(Collectors.toSet());
        for (String page : List.of("metrics.md", "troubleshooting.md")) {
            Set<String> named = Pattern.compile("(?m)^\\| `(Streamgrad\\w+)` \\|")
                    .matcher(Documentation.page(page))
                    .results()
                    .map(row -> row.group(1))
                    .collect(Collectors.toSet());
            assertThat(named).as(page).isEqualTo(rules);
        }
    }

    @Test
    void testsThatAreNamed_exist() throws IOException {
        List<MatchResult> named = Pattern.compile("`([A-Z]\\w+(?:Test|IT|Tables))(?:\\.(\\w+))?`")
                .matcher(Documentation.text())
                .results()
                .toList();
        assertThat(named).hasSizeGreaterThan(10);
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            Map<String, Path> tests = files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""), file -> file, (a, b) -> a));
            for (MatchResult test : named) {
                assertThat(tests).containsKey(test.group(1));
                if (test.group(2) != null) {
                    assertThat(tests.get(test.group(1))).content().contains(" " + test.group(2) + "(");
                }
            }
        }
    }
}
