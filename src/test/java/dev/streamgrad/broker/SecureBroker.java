package dev.streamgrad.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * A broker with two doors: PLAINTEXT, where everyone is a super user, and SASL_SSL with SCRAM-SHA-512, where the ACLs
 * decide. Its certificate is made here, by the JDK's keytool.
 */
public final class SecureBroker implements AutoCloseable {
    private static final String STORE_PASSWORD = "made-by-the-test";

    private final EmbeddedBroker broker;
    private final int securePort;
    private final Path certificate;

    private SecureBroker(EmbeddedBroker broker, int securePort, Path certificate) {
        this.broker = broker;
        this.securePort = securePort;
        this.certificate = certificate;
    }

    /** Starts one; keys and certificate go to this folder. */
    public static SecureBroker start(Path folder) throws IOException, InterruptedException, BrokerException {
        Path keys = folder.resolve("broker.p12");
        Path certificate = folder.resolve("broker.pem");
        keytool(
                "-genkeypair -alias broker -keyalg EC -dname CN=localhost -ext san=dns:localhost -validity 2 -storetype PKCS12",
                keys);
        keytool("-exportcert -rfc -alias broker -file " + certificate, keys);
        int port = freePort();
        int securePort = freePort();
        Map<String, String> more = new HashMap<>();
        more.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL");
        more.put(
                "listeners",
                "PLAINTEXT://localhost:" + port + ",SECURE://localhost:" + securePort + ",CONTROLLER://localhost:"
                        + freePort());
        more.put("advertised.listeners", "PLAINTEXT://localhost:" + port + ",SECURE://localhost:" + securePort);
        more.put("controller.quorum.voters", "1@" + more.get("listeners").replaceFirst(".*CONTROLLER://", ""));
        more.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        more.put(
                "listener.name.secure.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        more.put("listener.name.secure.ssl.keystore.location", keys.toString());
        more.put("listener.name.secure.ssl.keystore.password", STORE_PASSWORD);
        more.put("listener.name.secure.ssl.key.password", STORE_PASSWORD);
        more.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        more.put("super.users", "User:ANONYMOUS");
        return new SecureBroker(EmbeddedBroker.start(port, Optional.empty(), more), securePort, certificate);
    }

    private static void keytool(String arguments, Path keys) throws IOException, InterruptedException {
        String command = Path.of(System.getProperty("java.home"), "bin", "keytool") + " " + arguments + " -keystore "
                + keys + " -storepass " + STORE_PASSWORD;
        Process process =
                new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(said);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Where everyone may do everything. */
    public String open() {
        return broker.bootstrapServers();
    }

    /** Makes a user, and returns the {@code kafka.*} settings with which it comes in. */
    public Map<String, String> user(String name, String password) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", open()))) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), password)))
                    .all()
                    .get();
        }
        return Map.of(
                "bootstrap.servers",
                "localhost:" + securePort,
                "kafka.security.protocol",
                "SASL_SSL",
                "kafka.sasl.mechanism",
                "SCRAM-SHA-512",
                "kafka.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + name + "\" password=\""
                        + password + "\";",
                "kafka.ssl.truststore.type",
                "PEM",
                "kafka.ssl.truststore.location",
                certificate.toString());
    }

    @Override
    public void close() {
        broker.close();
    }
}
