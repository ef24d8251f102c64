package dev.streamgrad;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code package} leaves in {@code target}: the distribution, and the jar beside its libraries. */
class DistributionIT {
    private static final Path TARGET = Path.of("target").toAbsolutePath();

    private record Run(int code, String output) {}

    private static Run run(Path folder, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Run(process.exitValue(), output);
    }

    private static Path unpack(Path folder) throws Exception {
        Path archive;
        try (Stream<Path> files = Files.list(TARGET)) {
            archive = files.filter(file -> file.getFileName().toString().matches("streamgrad-.*\\.tar\\.gz"))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(run(folder, "tar", "xzf", archive.toString()).code()).isZero();
        return folder.resolve(archive.getFileName().toString().replace(".tar.gz", ""));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    @Test
    void distribution_runs_fromAnyFolder_andThroughALink(@TempDir Path folder) throws Exception {
        Path home = unpack(folder);
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(home)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        assertThat(names)
                .containsExactlyInAnyOrder("bin", "completion", "lib", "streamgrad.jar", "LICENSE", "README.md");
        Path link = Files.createSymbolicLink(folder.resolve("sg"), home.resolve("bin/streamgrad"));
        assertThat(run(folder, link.toString(), "--version"))
                .isEqualTo(new Run(0, home.getFileName().toString().replace('-', ' ') + System.lineSeparator()));
    }

    @Test
    void hint_isTheCommandThatWasTyped(@TempDir Path folder) throws Exception {
        Path home = unpack(folder);
        String script = home.getFileName() + "/bin/streamgrad";
        assertThat(run(folder, script, "learn", "--frobnicate"))
                .isEqualTo(new Run(
                        2,
                        "Unknown option: '--frobnicate' (see: " + script + " learn --help)" + System.lineSeparator()));
        String onPath = "PATH=" + home.resolve("bin") + ":$PATH streamgrad learn --frobnicate";
        assertThat(run(folder, "sh", "-c", onPath).output()).contains("(see: streamgrad learn --help)");
        assertThat(run(home, java(), "-jar", "streamgrad.jar", "learn", "--frobnicate")
                        .output())
                .contains("(see: java -jar streamgrad.jar learn --help)");
    }

    @Test
    void completion_knowsCommandsOptionsAndNames(@TempDir Path folder) throws Exception {
        Path script = unpack(folder).resolve("completion/streamgrad");
        // compopt works only while the shell completes.
        String complete = "compopt() { :; }; source " + script
                + "; COMP_WORDS=(streamgrad demo --dataset dri); COMP_CWORD=3; _complete_streamgrad; echo \"${COMPREPLY[@]}\"";
        assertThat(run(folder, "bash", "-c", complete).output().strip()).isEqualTo("drifting-xor");
    }

    @Test
    void jarWithoutItsLibraries_saysWhatIsMissing_inOneLine(@TempDir Path folder) throws Exception {
        Files.copy(TARGET.resolve("streamgrad.jar"), folder.resolve("copied.jar"));
        Run run = run(folder, java(), "-jar", "copied.jar", "demo");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.output().lines())
                .singleElement()
                .asString()
                .startsWith("the folder lib, with the libraries, must be beside copied.jar");
    }
}
