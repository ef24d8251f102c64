package dev.streamgrad.exchange;

import dev.streamgrad.nn.Activation;
import dev.streamgrad.nn.Named;
import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.Snapshot;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a model can be taken elsewhere as. */
public enum ExchangeFormat implements Named {
    /** The whole state, to the bit; see {@link SafetensorsModel}. */
    SAFETENSORS("safetensors", "application/octet-stream") {
        @Override
        public byte[] write(Snapshot snapshot, String release) throws ExchangeException {
            return SafetensorsModel.write(snapshot, release);
        }
    },
    /** What predicts, as a graph in double precision; see {@link OnnxModel}. */
    ONNX("onnx", "application/octet-stream") {
        @Override
        public byte[] write(Snapshot snapshot, String release) throws ExchangeException {
            return OnnxModel.write(snapshot, release);
        }

        @Override
        public Optional<String> noteOn(Snapshot snapshot) {
            return snapshot.model().spec().architecture().activations().contains(Activation.GELU)
                    ? Optional.of("gelu is in single precision in it, because ONNX Runtime's Erf knows no other:"
                            + " predictions differ by up to about 1e-6")
                    : Optional.empty();
        }
    },
    /** The snapshot, as it is in its topic. */
    JSON("json", "application/json") {
        @Override
        public byte[] write(Snapshot snapshot, String release) {
            return snapshot.toJson();
        }
    };

    /** The most bytes of a file: what an array has room for. */
    static final long LARGEST = Integer.MAX_VALUE - 8L;

    private final String id;
    private final String contentType;

    ExchangeFormat(String id, String contentType) {
        this.id = id;
        this.contentType = contentType;
    }

    /**
     * The format with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static ExchangeFormat of(String id) {
        return Named.parse(values(), "format", BadRecordException.shown(id));
    }

    /**
     * The format that a file's name ends with.
     *
     * @throws IllegalArgumentException if it ends with none
     */
    public static ExchangeFormat of(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> name.endsWith("." + format.id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a model's file must end with "
                        + Arrays.stream(values()).map(format -> "." + format.id).collect(Collectors.joining(", "))
                        + "; got " + BadRecordException.shown(file.toString())));
    }

    /** Its name, which is also what files of it end with. */
    @Override
    public String id() {
        return id;
    }

    /** Its media type, as HTTP says it. */
    public String contentType() {
        return contentType;
    }

    /**
     * A model as a file of this format. The same snapshot gives the same bytes.
     *
     * @param release the release of this program, which the file says it was made by
     * @throws ExchangeException if the file would be too large for its format
     */
    public abstract byte[] write(Snapshot snapshot, String release) throws ExchangeException;

    /** What somebody should know who has exported this snapshot. */
    public Optional<String> noteOn(Snapshot snapshot) {
        return Optional.empty();
    }

    static ExchangeException tooLarge(long size) {
        return new ExchangeException("a file must have at most " + LARGEST + " bytes; this model would take " + size);
    }
}
