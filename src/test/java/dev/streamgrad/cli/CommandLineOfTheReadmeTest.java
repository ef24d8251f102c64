package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.Documentation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Every streamgrad command that README and pages show is one that the command line takes. */
class CommandLineOfTheReadmeTest {

    @Test
    void everyCommand_parses() throws IOException {
        List<String> commands = commands();
        assertThat(commands).hasSizeGreaterThan(40);
        for (String command : commands) {
            CommandLine commandLine = Streamgrad.commandLine(new Shutdown());
            CommandLine.ParseResult parsed =
                    commandLine.parseArgs(command.strip().split("\\s+"));
            assertThat(parsed.hasSubcommand()).as(command).isTrue();
        }
    }

    /** On lines of their own, within the text, with Maven, with Java, in a container. */
    private static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        Stream.of(
                        "(?m)^ *(?:\\$ )?streamgrad ([^|>#\\n]*)",
                        "`streamgrad ([^`|]*)[`|]",
                        "-Dexec\\.args=\"?(demo[^\"`]*|lesson[^\"`]*)",
                        "`((?:demo|watch|produce|topics|audit|bench|lesson) -[^`]*)`",
                        "-jar \\S*streamgrad\\.jar ([^`\"@\\n]+)",
                        "docker run --rm streamgrad ([^`\\n]*)")
                .forEach(pattern -> {
                    try {
                        Pattern.compile(pattern)
                                .matcher(Documentation.text())
                                .results()
                                .forEach(result -> commands.add(result.group(1)));
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
        return commands;
    }
}
