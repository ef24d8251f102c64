package dev.streamgrad.formats;

import static dev.streamgrad.formats.AvroRecords.framed;
import static dev.streamgrad.formats.AvroRecords.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.settings.RegistryAccess;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.settings.SettingsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Password and TLS to the registry. Keys and certificates are made here, by the JDK's keytool. */
class RegistryAccessTest {
    private static final String PASSWORD = "made-by-the-test";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private static Path folder;

    @BeforeAll
    static void makeKeys() throws Exception {
        keytool(
                "-genkeypair -alias registry -keyalg EC -dname CN=localhost -ext san=dns:localhost -validity 2 -storetype PKCS12 -keystore ",
                "registry.p12");
        keytool(
                "-exportcert -rfc -alias registry -file " + folder.resolve("registry.pem") + " -keystore ",
                "registry.p12");
        keytool(
                "-importcert -noprompt -alias registry -file " + folder.resolve("registry.pem")
                        + " -storetype PKCS12 -keystore ",
                "trust.p12");
    }

    private static void keytool(String arguments, String store) throws IOException, InterruptedException {
        String command = Path.of(System.getProperty("java.home"), "bin", "keytool") + " " + arguments
                + folder.resolve(store) + " -storepass " + PASSWORD;
        Process process = new ProcessBuilder(command.split(" ", -1))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static FakeRegistry secureRegistry() throws Exception {
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            factory.configure(new ConfigDef()
                    .withClientSslSupport()
                    .parse(Map.of(
                            "ssl.keystore.location",
                            folder.resolve("registry.p12").toString(),
                            "ssl.keystore.password",
                            PASSWORD,
                            "ssl.keystore.type",
                            "PKCS12",
                            "ssl.truststore.location",
                            folder.resolve("registry.pem").toString(),
                            "ssl.truststore.type",
                            "PEM")));
            SSLContext tls = factory.sslContext();
            FakeRegistry registry = new FakeRegistry(tls, 0);
            registry.has(7, AvroRecords.ORDER);
            return registry;
        }
    }

    private static Map<String, String> settings(FakeRegistry registry, String... more) {
        Map<String, String> settings = new HashMap<>();
        settings.put("samples.format", "avro");
        settings.put("schema.registry.url", registry.url());
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return settings;
    }

    private static String amount(Map<String, String> settings) throws Exception {
        try (TopicDecoder decoder =
                Objects.requireNonNull(Formats.of(MappedSettings.of(settings)).newDecoder())) {
            Object tree = decoder.decode(framed(7, order(12.5, "DE")), null);
            return String.valueOf(((Map<?, ?>) Objects.requireNonNull(tree)).get("amount"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "PEM"})
    void registryWithACertificateOfItsOwn_isTrusted_byTheTruststore(String type) throws Exception {
        try (FakeRegistry registry = secureRegistry()) {
            Map<String, String> settings = settings(
                    registry,
                    "schema.registry.ssl.truststore.type",
                    type,
                    "schema.registry.ssl.truststore.location",
                    folder.resolve(type.equals("PEM") ? "registry.pem" : "trust.p12")
                            .toString());
            if (!type.equals("PEM")) {
                settings.put("schema.registry.ssl.truststore.password", PASSWORD);
            }
            assertThat(amount(settings)).isEqualTo("12.5");
        }
    }

    @Test
    void registryThatIsNotTrusted_isAFaultThatIsNamed() throws Exception {
        try (FakeRegistry registry = secureRegistry()) {
            RegistryAccess access = MappedSettings.of(settings(registry))
                    .sampleFormat()
                    .registry()
                    .orElseThrow();
            assertThatThrownBy(
                            () -> new RegistryClient(access, PATIENCE).get("/schemas/ids/7", new CompletableFuture<>()))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining(registry.url() + "/schemas/ids/7: SSLHandshakeException (")
                    .hasMessageContaining("certification path");
        }
    }

    @Test
    void basicAuth_isSent_andAWrongOneIsNamedButNotShown() throws Exception {
        try (FakeRegistry registry = new FakeRegistry()) {
            registry.has(7, AvroRecords.ORDER);
            // learner:open sesame
            registry.requires("Basic bGVhcm5lcjpvcGVuIHNlc2FtZQ==");
            assertThat(amount(settings(registry, "schema.registry.basic.auth", "learner:open sesame")))
                    .isEqualTo("12.5");
            RegistryAccess access = MappedSettings.of(
                            settings(registry, "schema.registry.basic.auth", "learner:s3cret"))
                    .sampleFormat()
                    .registry()
                    .orElseThrow();
            assertThat(access.basicAuth()).hasValue(new Password("learner:s3cret"));
            assertThatThrownBy(
                            () -> new RegistryClient(access, PATIENCE).get("/schemas/ids/7", new CompletableFuture<>()))
                    .hasMessageEndingWith("HTTP 401: check schema.registry.basic.auth (Unauthorized)")
                    .message()
                    .doesNotContain("s3cret");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nowhere.p12", "text.p12", "trust.p12"})
    void storeThatCannotBeRead_isAWrongSetting(String file) throws Exception {
        Files.writeString(folder.resolve("text.p12"), "no keys");
        try (FakeRegistry registry = new FakeRegistry()) {
            Settings settings = MappedSettings.of(settings(
                    registry,
                    "schema.registry.ssl.truststore.location",
                    folder.resolve(file).toString(),
                    "schema.registry.ssl.truststore.password",
                    "s3cret"));
            assertThatThrownBy(() -> Formats.of(settings))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageStartingWith(
                            "schema.registry.ssl.* must name files that can be read with their passwords; got ")
                    .hasMessageContaining(file)
                    .message()
                    .doesNotContain("\n", "s3cret");
        }
    }
}
