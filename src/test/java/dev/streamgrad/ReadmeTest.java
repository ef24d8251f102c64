package dev.streamgrad;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.Prediction;
import dev.streamgrad.records.SampleReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README says is so. Its commands are exercised by {@code CommandLineOfTheReadmeTest} and {@code .ci/run}. */
class ReadmeTest {
    private static String readme() throws IOException {
        return Files.readString(Path.of("README.md"));
    }

    @Test
    void tables_areWhatTheCodeSays() throws IOException {
        String readme = readme();
        ReadmeTables.all()
                .forEach((mark, table) -> assertThat(ReadmeTables.in(readme, mark))
                        .as("run the main of ReadmeTables with README.md to write the %s anew", mark)
                        .isEqualTo(table));
    }

    @Test
    void sample_isOne() throws Exception {
        SampleReader reader = new SampleReader(ModelSpec.xor());
        List<String> samples = jsonWith("\"features\"");
        assertThat(samples).isNotEmpty();
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

    private static List<String> jsonWith(String field) throws IOException {
        Matcher matcher = Pattern.compile("(?m)(?<=^|\t)\\{.*}$").matcher(readme());
        return matcher.results()
                .map(result -> result.group())
                .filter(json -> json.contains(field))
                .toList();
    }

    @Test
    void paths_exist() throws IOException {
        Matcher links = Pattern.compile("]\\(((?!http)[^)]+)\\)").matcher(readme());
        List<String> paths = links.results().map(result -> result.group(1)).toList();
        assertThat(paths)
                .isNotEmpty()
                .allSatisfy(path -> assertThat(Path.of(path)).exists());
    }
}
