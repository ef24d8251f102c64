package dev.streamgrad;

import dev.streamgrad.data.Dataset;
import dev.streamgrad.lesson.Lesson;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.types.Password;

/** The tables of the pages that are made from the code. The {@code main} writes them in. */
final class ReadmeTables {
    private ReadmeTables() {}

    /** Every table by its mark. */
    static Map<String, String> all() {
        return Map.of("settings", settings(), "datasets", datasets(), "lessons", lessons(), "drift", DriftTable.text());
    }

    private static String settings() {
        StringBuilder table = new StringBuilder("| setting | default | meaning |\n| --- | --- | --- |\n");
        for (ConfigDef.ConfigKey key : Settings.DEFINITION.configKeys().values()) {
            String byDefault = key.defaultValue instanceof Password secret ? secret.value() : "" + key.defaultValue;
            table.append("| `" + key.name + "` | `" + byDefault + "` | " + key.documentation + " |\n");
        }
        return table.toString();
    }

    private static String datasets() {
        StringBuilder table = new StringBuilder(
                "| dataset | is | settings that are not the defaults | reaches | within |\n| --- | --- | --- | --- | --- |\n");
        for (Dataset dataset : Dataset.values()) {
            boolean regression = dataset.modelSettings().containsValue("identity");
            String settings = new TreeMap<>(dataset.modelSettings())
                    .entrySet().stream()
                            .map(entry -> "`" + entry.getKey() + "=" + entry.getValue() + "`")
                            .collect(Collectors.joining(" "));
            table.append(String.format(
                    Locale.ROOT,
                    "| `%s` | %s | %s | %s | %,d samples |%n",
                    dataset.id(),
                    dataset.description(),
                    settings,
                    regression
                            ? String.format(
                                    Locale.ROOT, "R² %.2f", dataset.goal().score())
                            : String.format(
                                    Locale.ROOT, "%.0f %%", 100 * dataset.goal().score()),
                    dataset.goal().within()));
        }
        return table.toString().replace(System.lineSeparator(), "\n");
    }

    private static String lessons() {
        StringBuilder table = new StringBuilder("| lesson | claims |\n| --- | --- |\n");
        for (Lesson lesson : Lesson.values()) {
            table.append("| `" + lesson.id() + "` | " + lesson.claim() + " |\n");
        }
        return table.toString();
    }

    private static String start(String mark) {
        return "<!-- " + mark + ": made by ReadmeTables, checked by ReadmeTest -->\n";
    }

    static boolean has(String page, String mark) {
        return page.contains(start(mark));
    }

    static String in(String page, String mark) {
        int start = page.indexOf(start(mark)) + start(mark).length();
        return page.substring(start, page.indexOf("<!-- end of " + mark + " -->\n"));
    }

    public static void main(String[] args) throws IOException {
        for (Map.Entry<Path, String> page : Documentation.pages().entrySet()) {
            String text = page.getValue();
            for (Map.Entry<String, String> table : all().entrySet()) {
                String mark = table.getKey();
                if (has(text, mark)) {
                    text = text.replace(start(mark) + in(text, mark), start(mark) + table.getValue());
                }
            }
            Files.writeString(page.getKey(), text);
        }
    }
}
