package dev.streamgrad.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker and controller in this process, on the loopback address only.
 *
 * <p>It is the broker that a cluster runs, with one node: replication factors are 1 and a group's first rebalance does
 * not wait. It takes about four seconds to start.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
    /** By its name only: this class must load where that one is missing. */
    private static final String MAIN_CLASS = "kafka.server.KafkaRaftServer";

    private static final int REMOVE_ATTEMPTS = 1000;
    private static final int LOOKS = 200;
    private static final int QUIET_LOOKS = 20;
    private static final int LOOK_MILLIS = 10;
    private static final String HOST = "localhost";
    private static final String LOG_FOLDER = "log";
    /** Kafka's own mark of a formatted folder; it holds the cluster's id. */
    private static final String META_PROPERTIES = "meta.properties";

    /** The temporary folders of brokers that are still starting. */
    private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

    private final KafkaRaftServer server;
    private final int port;
    private final Path data;
    private final boolean temporary;
    private boolean closed;

    private EmbeddedBroker(KafkaRaftServer server, int port, Path data, boolean temporary) {
        this.server = server;
        this.port = port;
        this.data = data;
        this.temporary = temporary;
    }

    /**
     * Requires the broker's own libraries, which the container image leaves out.
     *
     * @throws BrokerException if they are not there
     */
    public static void requireLibraries() throws BrokerException {
        try {
            Class.forName(MAIN_CLASS, false, EmbeddedBroker.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new BrokerException(
                    "this command needs the embedded broker, whose libraries are not here: the container image leaves"
                            + " them out; run it from the sources, or use learn with --bootstrap-server HOST:PORT",
                    e);
        }
    }

    /**
     * Starts a broker and returns when it answers.
     *
     * @param port where it listens; 0 is any free port
     * @param kept the folder of its data, which is kept and resumed; empty is a temporary one, removed at the end
     * @throws BrokerException if the libraries are not there, the port is taken, or the folder cannot be used
     */
    public static EmbeddedBroker start(int port, Optional<Path> kept) throws BrokerException {
        return start(port, kept, Map.of());
    }

    /** As the other, with more of the broker's own settings, or others. */
    static EmbeddedBroker start(int port, Optional<Path> kept, Map<String, String> more) throws BrokerException {
        requireLibraries();
        int listening = port == 0 ? freePort() : requireFree(port);
        Path data = kept.isPresent() ? makeFolder(kept.get()) : temporaryFolder();
        KafkaRaftServer server = null;
        boolean started = false;
        try {
            Properties properties = properties(listening, freePort(), data);
            properties.putAll(more);
            if (!Files.exists(data.resolve(LOG_FOLDER).resolve(META_PROPERTIES))) {
                format(data, properties);
            }
            server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
            server.startup();
            started = true;
            return new EmbeddedBroker(server, listening, data, kept.isEmpty());
        } catch (IOException | RuntimeException e) {
            throw new BrokerException(
                    "the embedded broker cannot start with its data in " + data + ": " + e.getMessage()
                            + "; is another one using this folder?",
                    e);
        } finally {
            if (!started) {
                abandon(server, kept.isEmpty(), data);
            }
            UNFINISHED.remove(data);
        }
    }

    /** Whatever has ended the start, an error of a library too, leaves no temporary folder behind. */
    private static void abandon(@Nullable KafkaRaftServer server, boolean temporary, Path data) {
        try {
            if (server != null) {
                server.shutdown();
            }
        } finally {
            if (temporary) {
                delete(data);
            }
        }
    }

    /**
     * Removes the temporary folders of brokers that are still starting. For a process that ends at once after it: a
     * broker that starts may go on writing and make its folder anew, so this returns only when none of them has come
     * back for a moment, or after two seconds.
     */
    public static void removeUnfinished() {
        try {
            int quiet = 0;
            for (int look = 0; look < LOOKS && quiet < QUIET_LOOKS; look++) {
                boolean gone = true;
                for (Path folder : UNFINISHED) {
                    gone &= !Files.exists(folder);
                    remove(folder);
                }
                quiet = gone ? quiet + 1 : 0;
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Properties properties(int port, int controllerPort, Path data) {
        Properties properties = new Properties();
        properties.setProperty("process.roles", "broker,controller");
        properties.setProperty("node.id", "1");
        properties.setProperty("controller.quorum.voters", "1@" + HOST + ":" + controllerPort);
        properties.setProperty(
                "listeners", "PLAINTEXT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
        properties.setProperty("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port);
        properties.setProperty("controller.listener.names", "CONTROLLER");
        properties.setProperty("inter.broker.listener.name", "PLAINTEXT");
        properties.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.setProperty("log.dirs", data.resolve(LOG_FOLDER).toString());
        properties.setProperty("offsets.topic.replication.factor", "1");
        properties.setProperty("offsets.topic.num.partitions", "4");
        properties.setProperty("transaction.state.log.replication.factor", "1");
        properties.setProperty("transaction.state.log.min.isr", "1");
        properties.setProperty("transaction.state.log.num.partitions", "4");
        properties.setProperty("share.coordinator.state.topic.replication.factor", "1");
        properties.setProperty("share.coordinator.state.topic.min.isr", "1");
        properties.setProperty("group.initial.rebalance.delay.ms", "0");
        properties.setProperty("auto.create.topics.enable", "false");
        return properties;
    }

    private static void format(Path data, Properties properties) throws IOException, BrokerException {
        Path config = data.resolve("server.properties");
        try (var out = Files.newBufferedWriter(config)) {
            properties.store(out, "written when the folder was formatted");
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int code = StorageTool.execute(
                new String[] {"format", "--cluster-id", Uuid.randomUuid().toString(), "--config", config.toString()},
                new PrintStream(said, true, StandardCharsets.UTF_8));
        if (code != 0) {
            throw new BrokerException(
                    "the broker's folder " + data + " cannot be formatted: "
                            + said.toString(StandardCharsets.UTF_8).strip(),
                    null);
        }
    }

    private static Path makeFolder(Path folder) throws BrokerException {
        try {
            return Files.createDirectories(folder).toAbsolutePath();
        } catch (IOException e) {
            throw new BrokerException("the folder " + folder + " cannot be made: " + e, e);
        }
    }

    private static Path temporaryFolder() throws BrokerException {
        try {
            Path folder = Files.createTempDirectory("streamgrad-broker-");
            UNFINISHED.add(folder);
            return folder;
        } catch (IOException e) {
            throw new BrokerException("no temporary folder can be made: " + e, e);
        }
    }

    private static int freePort() throws BrokerException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new BrokerException("no free port is to be had: " + e, e);
        }
    }

    private static int requireFree(int port) throws BrokerException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return port;
        } catch (IOException e) {
            throw new BrokerException(
                    "port " + port + " must be free; something listens there; choose another --port, or leave it out",
                    e);
        }
    }

    /** Where clients connect: {@code localhost:PORT}. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    /** The folder of its data. */
    public Path data() {
        return data;
    }

    /** Stops the broker and removes its folder if it is a temporary one. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        server.shutdown();
        server.awaitShutdown();
        if (temporary) {
            delete(data);
        }
    }

    private static void delete(Path folder) {
        Optional<Exception> failure = remove(folder);
        if (failure.isPresent()) {
            LOG.warn(
                    "The temporary folder {} could not be removed: {}",
                    folder,
                    failure.get().toString());
        }
    }

    /**
     * Removes a folder with all that is in it, beginning again where somebody else writes to it or removes it at the
     * same time: a process that ends removes the folder of a broker that is still starting, and so does its start.
     *
     * @return why the folder is still there after some attempts; empty if it is gone, whoever removed it
     */
    static Optional<Exception> remove(Path folder) {
        Optional<Exception> failure = Optional.empty();
        for (int attempt = 0; attempt < REMOVE_ATTEMPTS && Files.exists(folder); attempt++) {
            try {
                deleteTree(folder);
            } catch (IOException | UncheckedIOException e) {
                failure = Optional.of(e);
            }
        }
        return Files.exists(folder) ? failure : Optional.empty();
    }

    private static void deleteTree(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
