package dev.streamgrad.stream;

import dev.streamgrad.learning.Model;
import org.apache.kafka.common.utils.Bytes;

/** A model on the heap, with what is needed to learn on it without looking anything up. */
final class LiveModel {
    private final Bytes key;
    private final String name;
    private final Model model;
    private final Workbench workbench;
    /** Whether the store has to write it before the next commit. */
    private boolean dirty;

    LiveModel(Bytes key, String name, Model model, Workbench workbench) {
        this.key = key;
        this.name = name;
        this.model = model;
        this.workbench = workbench;
    }

    Bytes key() {
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

    void setDirty(boolean dirty) {
        this.dirty = dirty;
    }
}
