package dev.streamgrad.bench;

import dev.streamgrad.cluster.StartException;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The names of one benchmark, which all start with a prefix that nobody else has, and their end: topics, consumer
 * groups and the applications' folders.
 */
final class Workspace implements AutoCloseable {
    /** Short enough for Ctrl-C, whose grace the closing of an application shares. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long SLICE_MS = 100;

    private final String prefix =
            "streamgrad-bench-" + UUID.randomUUID().toString().substring(0, 8);
    private final Function<Map<String, String>, Settings> settings;
    private final Benchmark.Listener listener;
    private final Path folder;
    private final Set<String> groups = new HashSet<>();
    private boolean connected;

    /**
     * A workspace.
     *
     * @param settings the user's settings with these on top
     */
    Workspace(Function<Map<String, String>, Settings> settings, Benchmark.Listener listener) {
        this.settings = settings;
        this.listener = listener;
        Object wanted = settings.apply(Map.of()).kafka().streams().get(StreamsConfig.STATE_DIR_CONFIG);
        String parent = wanted == null ? System.getProperty("java.io.tmpdir") : wanted.toString();
        this.folder = Path.of(parent).resolve(prefix);
    }

    /**
     * The settings of an application.
     *
     * @param name what its group is called behind the prefix
     * @param samples what its samples topic is called behind the prefix
     * @param more settings that go before the user's
     */
    Settings settings(String name, String samples, Map<String, String> more) {
        Map<String, String> own = new HashMap<>(more);
        String application = prefix + "-" + name;
        groups.add(application);
        own.put("application.id", application);
        own.put("samples.topic", prefix + "-" + samples);
        own.put("predictions.topic", prefix + "-predictions");
        own.put("snapshots.topic", prefix + "-snapshots");
        own.put("dead.letters.topic", prefix + "-dead-letters");
        if (settings.apply(Map.of()).controlTopic().isPresent()) {
            own.put("control.topic", prefix + "-control");
            own.put("events.topic", prefix + "-events");
        }
        // A member with a stable name stays in its group when it stops, and the group could not be removed.
        own.put("instance.id", "");
        // There are as many as the plan says.
        own.put("max.models", Integer.toString(Integer.MAX_VALUE));
        own.put(Settings.KAFKA_PREFIX + StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        return settings.apply(own);
    }

    /** Waits for a broker. */
    void connect() throws StartException {
        Topics.require(settings.apply(Map.of()), List.of(), listener.asProgress());
        connected = true;
    }

    /** Creates the topics of these settings that are not there yet. */
    void createTopics(Settings application) throws StartException {
        Topics.create(application, 1, Optional.empty(), listener.asProgress());
    }

    /** Removes what an application keeps on the disk. */
    void removeFolder(Settings application) {
        delete(folder.resolve(application.applicationId()));
    }

    /** Removes what an application has left: its folder, and the changelog with its name. */
    void remove(Settings application) throws InterruptedException {
        removeFolder(application);
        removeTopics(application.applicationId() + "-");
    }

    /** Removes everything that has the prefix; what cannot be removed is said. */
    @Override
    public void close() {
        delete(folder);
        if (!connected) {
            return;
        }
        try {
            removeTopics(prefix + "-");
            removeGroups();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void removeTopics(String start) throws InterruptedException {
        Admin admin = Admin.create(settings.apply(Map.of()).kafka().admin());
        try {
            Set<String> left = topics(admin, start);
            long end = System.nanoTime() + PATIENCE.toNanos();
            // The answer comes when the controller has removed them; the broker that lists them may be a moment behind.
            while (!left.isEmpty() && System.nanoTime() - end < 0) {
                delete(admin, left);
                left = topics(admin, start);
                if (!left.isEmpty()) {
                    Thread.sleep(SLICE_MS);
                }
            }
            if (!left.isEmpty()) {
                listener.say("topics that start with " + start + " are still there; remove them by hand");
            }
        } catch (ExecutionException | TimeoutException e) {
            listener.say("topics that start with " + start + " could not be removed (" + reason(e)
                    + "); remove them by hand");
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private static Set<String> topics(Admin admin, String start)
            throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> names = get(admin.listTopics().names());
        return names.stream().filter(name -> name.startsWith(start)).collect(Collectors.toSet());
    }

    private void removeGroups() throws InterruptedException {
        List<String> kept = new ArrayList<>();
        Admin admin = Admin.create(settings.apply(Map.of()).kafka().admin());
        try {
            for (String group : groups) {
                try {
                    removeGroup(admin, group);
                } catch (ExecutionException | TimeoutException e) {
                    kept.add(group + " (" + reason(e) + ")");
                }
            }
        } finally {
            admin.close(Duration.ZERO);
        }
        if (!kept.isEmpty()) {
            listener.say("consumer groups could not be removed: " + String.join(", ", kept));
        }
    }

    private static void removeGroup(Admin admin, String group)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            get(admin.deleteConsumerGroups(List.of(group)).all());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupNotEmptyException) {
                // An application that has failed does not leave its group.
                get(admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
                        .all());
                get(admin.deleteConsumerGroups(List.of(group)).all());
            } else if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
        }
    }

    private static <T> T get(KafkaFuture<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void delete(Admin admin, Set<String> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            get(admin.deleteTopics(topics).all());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
            }
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getClass().getSimpleName();
    }

    private void delete(Path removed) {
        if (!Files.exists(removed)) {
            return;
        }
        try (Stream<Path> files = Files.walk(removed)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            listener.say("the folder " + removed + " could not be removed; remove it by hand");
        }
    }
}
