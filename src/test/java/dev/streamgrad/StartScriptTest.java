package dev.streamgrad;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code bin/streamgrad} passes on to Java, seen by a Java that only prints its arguments. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell script")
class StartScriptTest {
    private static final String ALLOW_UNSAFE = "--sun-misc-unsafe-memory-access=allow";

    @TempDir
    private Path folder;

    private Path javaHome(String release) throws IOException {
        Path home = Files.createDirectories(folder.resolve("jdk"));
        Files.writeString(home.resolve("release"), release);
        Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    private static List<String> output(ProcessBuilder builder) throws Exception {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }

    private static ProcessBuilder script() {
        return new ProcessBuilder(
                "sh", Path.of("src/main/distribution/bin/streamgrad").toString(), "demo", "two words");
    }

    private static List<String> withJavaHome(Path home) throws Exception {
        ProcessBuilder process = script();
        process.environment().put("JAVA_HOME", home.toString());
        return output(process);
    }

    /** From JDK 24 on Java warns of what Kafka does with buffers; before 23 it does not know the option. */
    @ParameterizedTest
    @CsvSource({"25.0.3, true", "23, true", "26-ea, true", "22.0.2, false", "17.0.15, false", "1.8.0_402, false"})
    void warningOfUnsafeAccess_isTurnedOff_whereJavaKnowsTheOption(String version, boolean allowed) throws Exception {
        List<String> arguments = withJavaHome(javaHome(
                "IMPLEMENTOR=\"Somebody\"\nJAVA_VERSION=\"" + version + "\"\nJAVA_VERSION_DATE=\"2026-01-20\"\n"));
        assertThat(arguments.contains(ALLOW_UNSAFE)).isEqualTo(allowed);
        assertThat(arguments).endsWith("demo", "two words").contains("-jar");
    }

    @Test
    void aJavaThatDoesNotSayItsVersion_isRunWithoutTheOption() throws Exception {
        assertThat(withJavaHome(javaHome("nothing of the kind\n")))
                .doesNotContain(ALLOW_UNSAFE)
                .endsWith("demo", "two words");
        Files.delete(folder.resolve("jdk/release"));
        assertThat(withJavaHome(folder.resolve("jdk")))
                .doesNotContain(ALLOW_UNSAFE)
                .endsWith("demo", "two words");
    }

    @Test
    void theJavaOnThePath_isFoundThroughItsLinks() throws Exception {
        Path home = javaHome("JAVA_VERSION=\"25\"\n");
        Path bin = Files.createDirectory(folder.resolve("path"));
        Path alternative = Files.createSymbolicLink(folder.resolve("alternative"), home.resolve("bin/java"));
        Files.createSymbolicLink(bin.resolve("java"), bin.relativize(alternative));
        ProcessBuilder process = script();
        process.environment().merge("PATH", bin.toString(), (path, first) -> first + ":" + path);
        process.environment().remove("JAVA_HOME");
        assertThat(output(process)).contains(ALLOW_UNSAFE).endsWith("demo", "two words");
    }
}
