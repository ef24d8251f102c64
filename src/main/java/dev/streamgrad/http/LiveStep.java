package dev.streamgrad.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.streamgrad.app.ServedModels;
import dev.streamgrad.learning.Learner.Outcome;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.TracedStep;
import java.io.IOException;

/** One step in all its numbers, with every digit. */
final class LiveStep {
    /** Where a sample stands that stands nowhere. */
    static final long NOWHERE = -1;

    private LiveStep() {}

    /**
     * A step.
     *
     * @param model of this step's spec
     * @param offset of the sample, {@link #NOWHERE} if the step was only tried
     */
    static Answer answer(TracedStep step, Model model, int partition, long offset) {
        return LiveJson.answer(json -> {
            json.writeNumberField("version", step.version());
            if (offset != NOWHERE) {
                source(json, partition, offset);
            }
            json.writeBooleanField("real", offset != NOWHERE);
            LiveJson.vector(json, "features", step.features());
            LiveJson.vector(json, "inputs", step.layers().get(0).inputs());
            LiveJson.vector(json, "label", step.label());
            LiveJson.vector(json, "prediction", step.prediction());
            LiveJson.number(json, "weight", step.weight());
            json.writeArrayFieldStart("layers");
            for (TracedStep.OfLayer layer : step.layers()) {
                writeLayer(json, layer);
            }
            json.writeEndArray();
            json.writeObjectFieldStart("loss");
            json.writeStringField("name", model.spec().birth().loss().id());
            LiveJson.number(json, "value", step.loss());
            json.writeEndObject();
            LiveJson.number(json, "learningRate", step.learningRate());
            LiveJson.number(json, "clip", step.clip());
            json.writeStringField("optimizer", model.spec().birth().optimizer().id());
            json.writeNumberField("batch", model.spec().hyperparameters().batchSize());
            json.writeBooleanField("trained", step.outcome() == Outcome.TRAINED);
        });
    }

    private static void writeLayer(JsonGenerator json, TracedStep.OfLayer layer) throws IOException {
        json.writeStartObject();
        json.writeStringField("activation", layer.activation().id());
        LiveJson.matrix(json, "weights", layer.before().weights().getDataRef());
        LiveJson.vector(json, "biases", layer.before().biases().getDataRef());
        LiveJson.vector(json, "inputs", layer.inputs());
        LiveJson.vector(json, "sums", layer.sums());
        LiveJson.vector(json, "outputs", layer.outputs());
        LiveJson.vector(json, "delta", layer.deltas());
        LiveJson.matrix(json, "weightGradient", layer.weightGradient());
        LiveJson.vector(json, "biasGradient", layer.deltas());
        LiveJson.matrix(json, "newWeights", layer.after().weights().getDataRef());
        LiveJson.vector(json, "newBiases", layer.after().biases().getDataRef());
        json.writeEndObject();
    }

    /** Where a sample stands, with the partition if it is known. */
    static void source(JsonGenerator json, int partition, long offset) throws IOException {
        json.writeObjectFieldStart("source");
        if (partition != ServedModels.UNKNOWN_PARTITION) {
            json.writeNumberField("partition", partition);
        }
        json.writeNumberField("offset", offset);
        json.writeEndObject();
    }
}
