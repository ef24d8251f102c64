package dev.streamgrad;

import dev.streamgrad.stream.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.config.ConfigDef;

/** The README's table of settings, made from their definition. Its {@code main} writes it in. */
final class SettingsTable {
    private static final String START = "<!-- settings: made by SettingsTable, checked by ReadmeTest -->\n";
    private static final String END = "<!-- end of settings -->\n";

    private SettingsTable() {}

    static String markdown() {
        StringBuilder table = new StringBuilder("| setting | default | meaning |\n| --- | --- | --- |\n");
        for (ConfigDef.ConfigKey key : Settings.DEFINITION.configKeys().values()) {
            table.append("| `" + key.name + "` | `" + key.defaultValue + "` | " + key.documentation + " |\n");
        }
        return table.toString();
    }

    static String in(String readme) {
        return readme.substring(readme.indexOf(START) + START.length(), readme.indexOf(END));
    }

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        String readme = Files.readString(file);
        Files.writeString(file, readme.replace(START + in(readme) + END, START + markdown() + END));
    }
}
