package dev.streamgrad.stream;

import dev.streamgrad.learning.Model;
import dev.streamgrad.stream.LearningListener.ModelListener;
import org.jspecify.annotations.Nullable;

/** A model on the heap, with what is needed to learn on it without looking anything up. */
final class LiveModel {
    private final byte[] key;
    private final String name;
    private final Model model;
    private final Workbench workbench;
    private final ModelListener listener;
    /** Whether a listener wants to see the next step. */
    private boolean observationDue;
    /** The size of its bytes in the store, 0 if there are none yet. */
    private int storedBytes;
    /** Whether the store has to write it before the next commit. */
    private boolean dirty;
    /** Takes down what it learns; null as long as nobody watches it. */
    private @Nullable Recorder recorder;

    LiveModel(byte[] key, String name, Model model, Workbench workbench, ModelListener listener) {
        this.key = key;
        this.name = name;
        this.model = model;
        this.workbench = workbench;
        this.listener = listener;
        this.observationDue = listener.observes();
    }

    ModelListener listener() {
        return listener;
    }

    /** Whether the step just taken is to be observed; it is then the only one until {@link #stored}. */
    boolean takeObservationDue() {
        boolean due = observationDue;
        observationDue = false;
        return due;
    }

    /** Takes down what it learns; null as long as nobody watches it. */
    @Nullable
    Recorder recorder() {
        return recorder;
    }

    /**
     * Shows what was seen since the last commit, and says who watches from now on.
     *
     * @param watch null if nobody does
     * @param state its bytes as they are in the store now
     */
    void watched(@Nullable Watch watch, byte[] state) {
        Recorder present = recorder;
        if (watch == null) {
            recorder = null;
            return;
        }
        if (present == null || !present.isFor(watch)) {
            present = new Recorder(watch, model.spec());
            recorder = present;
        }
        present.publish(state);
    }

    int storedBytes() {
        return storedBytes;
    }

    /** Says that its bytes are in the store now. */
    void stored(int bytes) {
        storedBytes = bytes;
        dirty = false;
        observationDue = listener.observes();
    }

    /** Its name in bytes, not to be changed. */
    byte[] key() {
        return key;
    }

    String name() {
        return name;
    }

    Model model() {
        return model;
    }

    Workbench workbench() {
        return workbench;
    }

    boolean isDirty() {
        return dirty;
    }

    void setDirty() {
        dirty = true;
    }
}
