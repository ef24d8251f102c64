package dev.streamgrad.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {

    @Test
    void temporaryData_isRemovedAtTheEnd() throws Exception {
        Path data;
        try (EmbeddedBroker broker = EmbeddedBroker.start(0, Optional.empty())) {
            data = broker.data();
            assertThat(data).isDirectory();
            try (Admin admin = admin(broker)) {
                admin.createTopics(List.of(new NewTopic("t", 1, (short) 1)))
                        .all()
                        .get();
            }
        }
        assertThat(data).doesNotExist();
    }

    /** A process that ends removes the folder of a broker that is still starting, and so does the start it stops. */
    @Test
    void folderRemovedByTwoAtOnce_isGone_andNeitherFails(@TempDir Path parent) throws Exception {
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 20; round++) {
                Path folder = Files.createDirectory(parent.resolve("data-" + round));
                for (int i = 0; i < 50; i++) {
                    Files.writeString(
                            Files.createDirectory(folder.resolve("topic-" + i)).resolve("log"), "x");
                }
                CyclicBarrier start = new CyclicBarrier(2);
                Callable<Optional<Exception>> removal = () -> {
                    start.await();
                    return EmbeddedBroker.remove(folder);
                };
                for (Future<Optional<Exception>> outcome : two.invokeAll(List.of(removal, removal))) {
                    assertThat(outcome.get()).isEmpty();
                }
                assertThat(folder).doesNotExist();
            }
        } finally {
            two.shutdownNow();
        }
    }

    @Test
    void folderThatIsGone_countsAsRemoved(@TempDir Path parent) {
        assertThat(EmbeddedBroker.remove(parent.resolve("never"))).isEmpty();
    }

    @Test
    void keptData_isResumed_onAnotherPortToo(@TempDir Path folder) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(0, Optional.of(folder));
                Admin admin = admin(broker)) {
            admin.createTopics(List.of(new NewTopic("kept", 3, (short) 1)))
                    .all()
                    .get();
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(0, Optional.of(folder));
                Admin admin = admin(broker)) {
            Map<String, TopicDescription> topics =
                    admin.describeTopics(List.of("kept")).allTopicNames().get();
            assertThat(topics.values())
                    .singleElement()
                    .satisfies(kept -> assertThat(kept.partitions()).hasSize(3));
        }
        assertThat(folder).isDirectory();
    }

    @Test
    void portThatIsTaken_isRefused_andLeavesNothingBehind() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedBroker.start(taken.getLocalPort(), Optional.empty()))
                    .isInstanceOf(BrokerException.class)
                    .hasMessage("port " + taken.getLocalPort()
                            + " must be free; something listens there; choose another --port, or leave it out");
        }
    }

    @Test
    void folderThatCannotBeMade_isRefused(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> EmbeddedBroker.start(0, Optional.of(file.resolve("below"))))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("cannot be made");
    }

    /** As in the container image. */
    @Test
    void withoutItsLibraries_saysSoInOneLine() throws Exception {
        String ours = EmbeddedBroker.class.getPackageName();
        ClassLoader without = new ClassLoader(EmbeddedBroker.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.startsWith("kafka.")) {
                    throw new ClassNotFoundException(name);
                }
                if (!name.startsWith(ours) || findLoadedClass(name) != null) {
                    return super.loadClass(name, resolve);
                }
                try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                    byte[] code = Objects.requireNonNull(in).readAllBytes();
                    return defineClass(name, code, 0, code.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        };
        Method start = without.loadClass(EmbeddedBroker.class.getName()).getMethod("start", int.class, Optional.class);
        assertThatThrownBy(() -> start.invoke(null, 0, Optional.empty()))
                .cause()
                .satisfies(thrown -> assertThat(thrown.getClass().getName()).isEqualTo(BrokerException.class.getName()))
                .message()
                .startsWith("this command needs the embedded broker")
                .hasLineCount(1);
    }

    private static Admin admin(EmbeddedBroker broker) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }
}
