package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Every streamgrad command that the README shows is one that the command line takes. */
class CommandLineOfTheReadmeTest {

    @Test
    void everyCommand_parses() throws IOException {
        List<String> commands = Pattern.compile("(?m)^streamgrad (.*)$|-Dexec\\.args=\"(.*)\"")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(result -> result.group(1) == null ? result.group(2) : result.group(1))
                .toList();
        assertThat(commands).hasSizeGreaterThan(6);
        for (String command : commands) {
            CommandLine commandLine = Streamgrad.commandLine(new Shutdown());
            CommandLine.ParseResult parsed = commandLine.parseArgs(command.split(" "));
            assertThat(parsed.hasSubcommand()).as(command).isTrue();
        }
    }
}
