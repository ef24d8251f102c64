package dev.streamgrad.records;

import dev.streamgrad.encoding.Encoder;
import dev.streamgrad.encoding.Feature;
import dev.streamgrad.encoding.FieldPath;
import dev.streamgrad.encoding.FieldValues;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.encoding.UnusableValueException;
import dev.streamgrad.learning.Birth;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.BadRecordException.Reason;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Reads records of people's own, as a {@link Mapping} says. Nothing is allocated for one of JSON but an id. */
final class MappedReader implements SampleReader {
    private static final int RECORDS_TO_WATCH = 100;

    private final Mapping mapping;
    private final Birth birth;
    private final FieldValues values;
    private final FieldReader fields;
    private final Encoder encoder;
    private final int idSlot;
    /** Which fields any of the first records had. */
    private final boolean[] met;

    private int records;
    private boolean watched;
    private boolean hasLabel;
    private @Nullable String id;

    MappedReader(Mapping mapping, ModelSpec spec, ValueFormat format) {
        this.mapping = mapping;
        this.birth = spec.birth();
        int outputs = spec.architecture().outputs();
        this.values = new FieldValues(mapping, outputs);
        this.fields = new FieldReader(values, format);
        this.encoder = new Encoder(mapping, values, outputs, birth.scales());
        this.idSlot = mapping.id() == null ? -1 : values.slotOf(mapping.id());
        this.met = new boolean[values.paths().size()];
    }

    @Override
    public void read(byte @Nullable [] value, Headers headers, @Nullable String model, boolean exists)
            throws BadRecordException {
        fields.read(value, headers);
        hasLabel = encoder.hasLabel(values);
        id = idOf();
        if (records < RECORDS_TO_WATCH) {
            records++;
            for (int slot = 0; slot < met.length; slot++) {
                met[slot] |= values.isThere(slot);
            }
        } else {
            watched = true;
        }
    }

    @Override
    public List<String> fieldsNeverMet() {
        if (records < RECORDS_TO_WATCH || watched) {
            return List.of();
        }
        return mapping.features().stream()
                .map(Feature::field)
                .distinct()
                .filter(field -> !met[values.slotOf(field)])
                .map(FieldPath::text)
                .toList();
    }

    private @Nullable String idOf() throws BadRecordException {
        String text = idSlot < 0 ? null : values.word(idSlot);
        if (text != null && text.length() > LONGEST_ID) {
            throw new BadRecordException(
                    Reason.FIELD,
                    mapping.id() + " must have at most " + LONGEST_ID + " characters, because it is the id; got "
                            + text.length() + " characters; shorten it");
        }
        return text;
    }

    @Override
    public void encode(Model model) throws BadRecordException {
        try {
            encoder.encode(values, model.vocabulary());
        } catch (RuntimeException e) {
            // Whatever a record is, the learner outlives it, and whoever replays it finds the same.
            throw new BadRecordException(
                    Reason.FIELD,
                    "value must give numbers; it fails with " + BadRecordException.shown(e.toString())
                            + "; send another, and report this");
        } catch (UnusableValueException e) {
            throw new BadRecordException(
                    Reason.FIELD,
                    BadRecordException.shown(e.field()) + " must be " + BadRecordException.shown(e.rule()) + "; got "
                            + BadRecordException.shown(e.got()) + "; " + e.remedy());
        }
        if (hasLabel) {
            String fault = birth.faultOf(encoder.label());
            if (fault != null) {
                // It speaks of a label that is called so.
                throw new BadRecordException(
                        Reason.FIELD,
                        BadRecordException.shown(mapping.label().field().text()) + fault.substring("label".length()));
            }
        }
    }

    @Override
    public boolean hasLabel() {
        return hasLabel;
    }

    @Override
    public double[] features() {
        return encoder.inputs();
    }

    @Override
    public double[] label() {
        return encoder.label();
    }

    @Override
    public double weight() {
        return encoder.weight();
    }

    @Override
    public @Nullable String id() {
        return id;
    }
}
