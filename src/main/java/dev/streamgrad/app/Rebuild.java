package dev.streamgrad.app;

import dev.streamgrad.cluster.Progress;
import dev.streamgrad.cluster.StartException;
import dev.streamgrad.control.Event;
import dev.streamgrad.formats.Formats;
import dev.streamgrad.formats.TaskFormat;
import dev.streamgrad.formats.WaitEndedException;
import dev.streamgrad.learning.Model;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.ModelName;
import dev.streamgrad.records.ModelNames;
import dev.streamgrad.records.PartitionState;
import dev.streamgrad.records.SamplesLog;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.records.Source;
import dev.streamgrad.records.StateFormat;
import dev.streamgrad.replay.Ledger;
import dev.streamgrad.replay.ModelId;
import dev.streamgrad.replay.ReplayedModel;
import dev.streamgrad.replay.Replayer;
import dev.streamgrad.replay.TopicLog;
import dev.streamgrad.settings.Invocation;
import dev.streamgrad.settings.Settings;
import dev.streamgrad.stream.StateRefusedException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes the changelog anew from the snapshots and the samples, so that a learner goes on as if it had never lost it.
 *
 * <p>Each model begins with its newest snapshot, or where there is none with the sample that created it, and is trained
 * on the samples up to where the group's offsets stand. States and offsets are written in one transaction: a rebuild
 * that is killed leaves an empty changelog, and can be run again.
 *
 * <p>Onto new samples: where the samples topic was deleted and made anew, the models of the old one can only be taken
 * as their newest snapshots have them. They go on with the new topic from its beginning, and a snapshot of each says
 * so, so that an audit begins there.
 */
public final class Rebuild {
    private final Settings settings;
    private final boolean ontoNewSamples;
    private final Progress progress;
    private static final String STOPPED = "stopped; nothing was written";

    private final Map<ModelId, ReplayedModel> models = new TreeMap<>();
    /** By partition of the samples topic: the offset that the group reads next. */
    private final Map<Integer, Long> next = new HashMap<>();

    private final Map<ModelId, Snapshot> newest = new TreeMap<>();
    private Ledger ledger = Ledger.EMPTY;
    /** The model that records without a key have trained; empty as long as none is known to have. */
    private String keylessModel = "";

    private Rebuild(Settings settings, boolean ontoNewSamples, Progress progress) {
        this.settings = settings;
        this.ontoNewSamples = ontoNewSamples;
        this.progress = progress;
    }

    /**
     * Rebuilds.
     *
     * @param ontoNewSamples whether the models go on with a samples topic that was made anew
     * @return how many models there are now
     * @throws StartException if a learner runs, the changelog is not empty, or the broker refuses
     */
    public static int run(Settings settings, boolean ontoNewSamples, Progress progress) throws StartException {
        return new Rebuild(settings, ontoNewSamples, progress).run();
    }

    private int run() throws StartException {
        try (Formats formats = Formats.of(settings, progress::isStopped);
                TaskFormat format = formats.newTask();
                Admin admin = Admin.create(settings.kafka().admin());
                TopicLog snapshots = new TopicLog(settings, settings.snapshotsTopic());
                TopicLog samples = new TopicLog(settings, settings.samplesTopic())) {
            GroupAtRest.await(admin, settings, progress);
            prepareChangelog(admin, samples.partitions());
            String topicId = samples.topicId();
            Replayer replayer = new Replayer(settings, samples.partitions(), format.values());
            ModelNames names = settings.modelNames(samples.partitions(), format.values());
            while (!snapshots.isAtEnd()) {
                requireNotStopped();
                snapshots.poll(record -> meet(record, topicId, samples.partitions()));
            }
            ledger = Ledger.read(settings, topicId, progress::isStopped);
            newest.entrySet()
                    .removeIf(model -> lastDeletion(model.getKey())
                            >= model.getValue().source().offset());
            newest.forEach(
                    (id, snapshot) -> models.put(id, replayer.from(snapshot, Replayer.Known.NOTHING.and(snapshot))));
            if (ontoNewSamples) {
                models.values().forEach(model -> model.model().goOnWithAnotherLog());
                for (int partition = 0; partition < samples.partitions(); partition++) {
                    next.put(partition, samples.beginning(partition));
                }
            } else {
                findKeylessModel();
                findEnds(admin, samples);
                requireAllSamples(samples);
                train(samples, names, replayer);
            }
            write(samples.partitions(), topicId);
            return models.size();
        } catch (WaitEndedException e) {
            throw new StartException(STOPPED, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StartException("the models could not be rebuilt: " + cause.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted; run it again", e);
        }
    }

    /**
     * The last sample before which the model was deleted; −1 if it never was. Every other command has made a snapshot,
     * so there is nothing else behind the newest of them to follow.
     */
    private long lastDeletion(ModelId id) {
        return ledger.of(id).stream()
                .map(Ledger.Entry::event)
                .filter(event -> event.kind() == Event.Kind.DELETED)
                .mapToLong(event -> event.after().offset())
                .max()
                .orElse(-1);
    }

    private void requireNotStopped() throws StartException {
        if (progress.isStopped()) {
            throw new StartException(STOPPED, null);
        }
    }

    /** There must be a changelog, and nothing in it. That of other samples is of no use any more. */
    private void prepareChangelog(Admin admin, int partitions)
            throws StartException, InterruptedException, ExecutionException {
        String changelog = settings.changelogTopic();
        Map<String, String> config = new HashMap<>(settings.kafka().changelogTopic());
        config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
        NewTopic anew = new NewTopic(changelog, Optional.of(partitions), Optional.empty()).configs(config);
        boolean exists = admin.listTopics().names().get().contains(changelog);
        if (!exists) {
            admin.createTopics(List.of(anew)).all().get();
        } else if (ontoNewSamples) {
            Reset.replace(admin, anew);
        } else {
            requireEmpty(changelog);
        }
    }

    private void requireEmpty(String changelog) throws StartException {
        try (TopicLog log = new TopicLog(settings, changelog)) {
            if (log.size() > 0) {
                throw new StartException(
                        "topic " + changelog + " must be empty, because the models are written to it anew; it has "
                                + log.size() + " records; if they are damaged, delete it first: kafka-topics.sh"
                                + " --bootstrap-server " + settings.bootstrapServers() + " --delete --topic "
                                + changelog,
                        null);
            }
        }
    }

    /** The newest snapshot of each model that can go on with the samples that are there. */
    private void meet(ConsumerRecord<byte[], byte[]> record, String topicId, int partitions) {
        if (record.key() == null || record.value() == null) {
            return;
        }
        Snapshot snapshot = Snapshot.read(record.value());
        SamplesLog log = snapshot.log();
        boolean ofTheseSamples = log == null || log.topicId().equals(topicId);
        if (log != null && ofTheseSamples) {
            settings.requireReading(log.reading());
        }
        if ((ofTheseSamples || ontoNewSamples) && snapshot.source().partition() < partitions) {
            newest.put(new ModelId(snapshot.name(), snapshot.source().partition()), snapshot);
        }
    }

    /**
     * Whether the snapshots know of records without a key. Those that came after them are met when they are learned
     * again; onto new samples none has come yet.
     */
    private void findKeylessModel() throws StartException {
        for (Snapshot snapshot : newest.values()) {
            SamplesLog log = snapshot.log();
            if (log != null && log.keylessModel() != null) {
                keylessModel = log.keylessModel();
                if (!keylessModel.equals(settings.defaultModel())) {
                    throw new StartException(
                            StateRefusedException.defaultModelChanged(keylessModel, settings.defaultModel()), null);
                }
            }
        }
    }

    /**
     * Where the group's offsets stand; and where it has none any more, behind the last sample that a snapshot has: what
     * came after it is learned again, and answered a second time.
     */
    private void findEnds(Admin admin, TopicLog samples) throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetAndMetadata> committed = GroupAtRest.offsets(admin, settings.applicationId());
        for (int partition = 0; partition < samples.partitions(); partition++) {
            OffsetAndMetadata offset = committed.get(new TopicPartition(settings.samplesTopic(), partition));
            int number = partition;
            long behindSnapshots = newest.values().stream()
                    .filter(snapshot -> snapshot.source().partition() == number)
                    .mapToLong(snapshot -> snapshot.source().offset() + 1)
                    .max()
                    .orElse(samples.beginning(partition));
            next.put(partition, offset != null ? offset.offset() : behindSnapshots);
        }
    }

    /** Without the samples that came after its newest snapshot a model cannot be had back. */
    private void requireAllSamples(TopicLog samples) throws StartException {
        for (Map.Entry<ModelId, Snapshot> model : newest.entrySet()) {
            int partition = model.getKey().partition();
            long first = model.getValue().source().offset() + 1;
            long oldest = samples.beginning(partition);
            if (oldest > first && next.getOrDefault(partition, 0L) > first) {
                throw new StartException(
                        "model " + model.getKey().name() + " cannot be trained again: its newest snapshot is of offset "
                                + (first - 1) + " of " + settings.samplesTopic() + "-" + partition
                                + ", and the oldest sample left is " + oldest
                                + "; to take all models as their newest snapshots have them: "
                                + Invocation.of("rebuild --onto-new-samples") + "; to learn anew: "
                                + Invocation.of("reset"),
                        null);
            }
        }
    }

    private void train(TopicLog samples, ModelNames names, Replayer replayer) throws StartException {
        while (!samples.isAtEnd()) {
            requireNotStopped();
            samples.poll(record -> {
                if (record.offset() < next.getOrDefault(record.partition(), 0L)) {
                    train(record, names, replayer);
                }
            });
            progress.say(String.format(Locale.ROOT, "trained on %,d of %,d samples", samples.read(), samples.size()));
        }
    }

    private void train(ConsumerRecord<byte[], byte[]> record, ModelNames names, Replayer replayer) {
        String name;
        try {
            name = ModelName.of(names.keyOf(record.key(), record.value(), record.headers(), record.partition()));
        } catch (BadRecordException e) {
            return;
        }
        ModelId id = new ModelId(name, record.partition());
        if (takes(id, record, replayer) && record.key() == null && names.areKeys()) {
            keylessModel = name;
        }
    }

    private long modelsOf(int partition) {
        return models.keySet().stream()
                .filter(id -> id.partition() == partition)
                .count();
    }

    /** Whether a model was trained on the record, or has counted it as refused. */
    private boolean takes(ModelId id, ConsumerRecord<byte[], byte[]> record, Replayer replayer) {
        ReplayedModel known = models.get(id);
        if (known == null
                && (modelsOf(id.partition()) >= settings.mostModels() || record.offset() <= lastDeletion(id))) {
            return false;
        }
        ReplayedModel model =
                known != null ? known : replayer.created(id, record.offset(), ledger.specOf(id, record.offset()));
        ReplayedModel.Outcome outcome = model.take(record);
        boolean taken = outcome.reachedTheModel();
        if (taken) {
            models.putIfAbsent(id, model);
        }
        return taken;
    }

    private void write(int partitions, String topicId) {
        Map<String, Object> config = new HashMap<>(settings.kafka().producer());
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, settings.applicationId() + "-rebuild");
        config.put(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG, (int) settings.kafka().maxRequestSize());
        StateFormat format = new StateFormat();
        Map<String, Object> group = new HashMap<>(settings.kafka().consumer());
        group.put(ConsumerConfig.GROUP_ID_CONFIG, settings.applicationId());
        try (Producer<byte[], byte[]> producer =
                        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
                // Reads nothing; it only stands for the group.
                Consumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(group, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            for (int partition = 0; partition < partitions; partition++) {
                long count = 0;
                long bytes = 0;
                for (ReplayedModel model : models.values()) {
                    if (model.id().partition() == partition) {
                        byte[] state = format.write(model.model());
                        send(producer, settings.changelogTopic(), partition, key(model), state);
                        count++;
                        bytes += state.length;
                        if (ontoNewSamples) {
                            sendSnapshot(producer, model, topicId);
                        }
                    }
                }
                long offset = next.getOrDefault(partition, 0L);
                PartitionState state = new PartitionState(
                        topicId,
                        keylessModel,
                        settings.reading(),
                        offset - 1,
                        count,
                        bytes,
                        ledger.lastCommand(partition),
                        ledger.controlTopicId());
                send(producer, settings.changelogTopic(), partition, PartitionState.key(), state.write());
                offsets.put(new TopicPartition(settings.samplesTopic(), partition), new OffsetAndMetadata(offset));
            }
            producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
            producer.commitTransaction();
        }
    }

    private static byte[] key(ReplayedModel model) {
        return model.id().name().getBytes(StandardCharsets.UTF_8);
    }

    private static void send(Producer<byte[], byte[]> producer, String topic, int partition, byte[] key, byte[] value) {
        // A failure is told by the commit.
        var unused = producer.send(new ProducerRecord<>(topic, partition, key, value));
    }

    /** Where an audit of the new samples begins. */
    private void sendSnapshot(Producer<byte[], byte[]> producer, ReplayedModel model, String topicId) {
        Model state = model.model();
        Snapshot snapshot = Snapshot.of(
                model.id().name(),
                state,
                new Source(model.id().partition(), state.lastOffset()),
                new SamplesLog(topicId, null, settings.reading()),
                newest.containsKey(model.id()) ? newest.get(model.id()).time() : 0);
        var unused = producer.send(new ProducerRecord<>(settings.snapshotsTopic(), key(model), snapshot.toJson()));
    }
}
