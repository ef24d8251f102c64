package dev.streamgrad.replay;

import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.ModelName;
import dev.streamgrad.records.ModelNames;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Says which records of the samples topic are a model's. One thread at a time. */
public final class OwnRecords {
    private final ModelNames names;
    private final boolean onePartition;

    /**
     * A rule.
     *
     * @param samplesPartitions how many partitions the samples topic has
     */
    public OwnRecords(ModelNames names, int samplesPartitions) {
        this.names = names;
        this.onePartition = samplesPartitions == 1;
    }

    /** Whether a record names no model, as only those of the one partition of a topic may. */
    public boolean isKeyless(ConsumerRecord<byte[], byte[]> record) {
        return names.areKeys() && record.key() == null && onePartition;
    }

    /** The model that a record names; empty if it names none. */
    public Optional<ModelId> modelOf(ConsumerRecord<byte[], byte[]> record) {
        if (names.areKeys() && record.key() == null) {
            return Optional.empty();
        }
        try {
            byte[] key = names.keyOf(record.key(), record.value(), record.headers(), record.partition());
            return Optional.of(new ModelId(ModelName.of(key), record.partition()));
        } catch (BadRecordException e) {
            return Optional.empty();
        }
    }

    /** Whether a record is one model's. */
    public boolean isOf(ReplayedModel model, ConsumerRecord<byte[], byte[]> record) {
        return isKeyless(record)
                ? model.takesKeyless()
                : modelOf(record).filter(model.id()::equals).isPresent();
    }
}
