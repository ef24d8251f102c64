package dev.streamgrad.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.metrics.LearnerMetrics;
import dev.streamgrad.settings.Settings;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the JDK's server is told. It reads that once in a process, so a new one is asked what it has read. */
class ServerPropertiesTest {
    @Test
    void theServer_sendsSmallPacketsAtOnce() throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens",
                        "jdk.httpserver/sun.net.httpserver=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerPropertiesTest.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("noDelay=true");
    }

    /** Starts HTTP as {@code learn} does, and says what the JDK's server made of it. */
    public static void main(String[] args) throws Exception {
        Settings settings = Settings.of(Map.of("http.port", "0"));
        LearnerMetrics metrics = new LearnerMetrics(settings);
        try (HttpApi api = HttpApi.start(settings, metrics)) {
            Method noDelay = Class.forName("sun.net.httpserver.ServerConfig").getDeclaredMethod("noDelay");
            noDelay.setAccessible(true);
            System.out.println("port=" + api.port() + " noDelay=" + noDelay.invoke(null));
        } finally {
            metrics.close();
        }
    }
}
