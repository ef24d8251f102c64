package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The picture in the README shows the README's command, and what it comes to. */
class TerminalRecordingTest {

    private static List<String> lines(String svg) throws Exception {
        Document document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        NodeList texts = document.getElementsByTagName("text");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < texts.getLength(); i++) {
            lines.add(texts.item(i).getTextContent());
        }
        return lines;
    }

    @Test
    void picture_showsTheReadmesCommand_andThatXorIsLearned() throws Exception {
        List<String> lines = lines(Files.readString(TerminalRecording.PICTURE));
        assertThat(lines.get(0)).startsWith("$ ");
        assertThat(Files.readAllLines(Path.of("README.md")))
                .contains(lines.get(0).substring(2));
        assertThat(lines).anyMatch(line -> line.contains("samples | loss: "));
        assertThat(lines.stream().filter(line -> line.endsWith("✓"))).hasSize(4);
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(TerminalRecording.COLUMNS));
    }

    @Test
    void linesOfAnyCharacters_areReadBackAsTheyWere() throws Exception {
        String line = "<a> & \"b\"  ' → ✓";
        assertThat(lines(TerminalRecording.svg(List.of(new TerminalRecording.Line(line, 7)))))
                .containsExactly(line);
    }
}
