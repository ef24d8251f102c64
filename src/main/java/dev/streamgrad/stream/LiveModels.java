package dev.streamgrad.stream;

import dev.streamgrad.learning.Birth;
import dev.streamgrad.learning.Model;
import dev.streamgrad.learning.ModelSpec;
import dev.streamgrad.records.StateFormat;
import dev.streamgrad.records.ValueFormat;
import dev.streamgrad.stream.LearningListener.ModelListener;
import dev.streamgrad.stream.LearningListener.TaskListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The models of a partition as objects on the heap, over the bytes of all of them.
 *
 * <p>A step changes a model in place, which costs no serialization. {@link #writeChanges} writes those that have
 * changed since the last time, and then lets go of the longest unused beyond the bound: their bytes are up to date, and
 * they come back from them when they are asked for.
 *
 * <p>The trade-off: a model that is asked for once in a long while is read and written whole for one step, which a
 * cache of bytes would do as well; one that learns all the while is written once a commit, however many samples that
 * are. It knows nothing of Kafka. One thread at a time.
 */
final class LiveModels {
    /** The bytes of all models. */
    interface States {
        /** A model's bytes; null if there is no such model. */
        byte @Nullable [] get(byte[] key);

        /** Replaces a model's bytes. */
        void put(byte[] key, byte[] state);

        /** Forgets a model's bytes. */
        void delete(byte[] key);
    }

    /**
     * Commands make specs without end, and some of them births. What is kept for each is made again where it is needed.
     */
    private static final int MOST_KEPT = 1024;

    private final States states;
    private final int mostLive;
    private final StateFormat format;
    private final Watches watches;
    /** In the order of last use, the longest unused first. */
    private final Map<Key, LiveModel> live = new LinkedHashMap<>(16, 0.75f, true);

    private ValueFormat values = ValueFormat.JSON;
    private final Map<Birth, Workbench> workbenches = new HashMap<>();
    private final Map<ModelSpec, Model> untrained = new HashMap<>();
    private final List<LiveModel> dirty = new ArrayList<>();
    /** Models that are no more, and whose bytes are still there. */
    private final Set<Key> deleted = new HashSet<>();
    /** The last model asked for: a partition with one model never hashes its key. */
    private @Nullable LiveModel last;

    private TaskListener listener = TaskListener.NONE;
    private Consumer<LiveModel> onLoad = model -> {};
    /** How many models there are, those not yet written included. */
    private long count;
    /** The size of all bytes. */
    private long bytes;

    /** A model's name, in bytes. */
    private static final class Key {
        private final byte[] name;
        private final int hash;

        Key(byte[] name) {
            this.name = name;
            this.hash = Arrays.hashCode(name);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && Arrays.equals(name, key.name);
        }
    }

    /**
     * No models yet.
     *
     * @param states the bytes of all of them
     * @param mostLive how many stay on the heap over a commit
     * @param format reads and writes the bytes
     * @param watches which models are watched
     */
    LiveModels(States states, int mostLive, StateFormat format, Watches watches) {
        this.watches = watches;
        this.states = states;
        this.mostLive = mostLive;
        this.format = format;
    }

    /**
     * Begins anew with what the bytes say. Whatever was on the heap, written or not, is gone: the transaction of what
     * was not is, too.
     *
     * @param newValues what the values of records are
     * @param newListener hears of the models from now on
     * @param newOnLoad hears of every model that comes back from its bytes
     * @param models how many there are
     * @param stateBytes how large all of them are together
     */
    void begin(
            ValueFormat newValues,
            TaskListener newListener,
            Consumer<LiveModel> newOnLoad,
            long models,
            long stateBytes) {
        drop();
        values = newValues;
        workbenches.clear();
        listener = newListener;
        onLoad = newOnLoad;
        count = models;
        bytes = stateBytes;
    }

    /** Lets go of every model, written or not. */
    void drop() {
        live.clear();
        dirty.clear();
        deleted.clear();
        last = null;
    }

    /** The model with this key; null if there is none yet. */
    @Nullable
    LiveModel get(byte[] key) {
        LiveModel recent = last;
        if (recent != null && Arrays.equals(recent.key(), key)) {
            return recent;
        }
        Key name = new Key(key);
        LiveModel found = live.get(name);
        if (found == null) {
            byte[] state = deleted.contains(name) ? null : states.get(key);
            if (state == null) {
                return null;
            }
            found = add(name, format.read(state));
            found.stored(state.length);
            onLoad.accept(found);
        }
        last = found;
        return found;
    }

    /** A new model, version 0, made by the sample at this offset. It is not written before it {@link #changed}. */
    LiveModel create(byte[] key, ModelSpec spec, long offset) {
        count++;
        LiveModel created = add(new Key(key.clone()), untrained(spec).another(offset));
        last = created;
        return created;
    }

    /** Version 0 of a model that is not there: to predict with, not to be trained. */
    LiveModel untrained(byte[] key, ModelSpec spec) {
        return new LiveModel(
                key, new String(key, StandardCharsets.UTF_8), untrained(spec), workbenchFor(spec), ModelListener.NONE);
    }

    private Model untrained(ModelSpec spec) {
        if (untrained.size() >= MOST_KEPT) {
            untrained.clear();
        }
        return untrained.computeIfAbsent(spec, Model::new);
    }

    /** What a command has made of a model, under its name from now on. */
    LiveModel replace(LiveModel before, Model model) {
        dirty.remove(before);
        LiveModel replaced = add(new Key(before.key()), model);
        replaced.stored(before.storedBytes());
        last = replaced;
        changed(replaced);
        return replaced;
    }

    /** The model is no more. */
    void delete(LiveModel model) {
        Key key = new Key(model.key());
        live.remove(key);
        dirty.remove(model);
        last = null;
        count--;
        if (model.storedBytes() > 0) {
            deleted.add(key);
            bytes -= model.storedBytes();
        }
    }

    private LiveModel add(Key key, Model model) {
        String name = new String(key.name, StandardCharsets.UTF_8);
        ModelSpec spec = model.spec();
        LiveModel added = new LiveModel(
                key.name,
                name,
                model,
                workbenchFor(spec),
                listener.model(name, spec.task(), spec.architecture().depth()));
        live.put(key, added);
        return added;
    }

    /** What models of this spec's birth share. */
    Workbench workbenchFor(ModelSpec spec) {
        if (workbenches.size() >= MOST_KEPT) {
            workbenches.clear();
        }
        return workbenches.computeIfAbsent(spec.birth(), birth -> new Workbench(spec, values));
    }

    /** Says that the model has changed and must be written before the next commit. */
    void changed(LiveModel model) {
        if (!model.isDirty()) {
            model.setDirty();
            dirty.add(model);
        }
    }

    /** Whether there is anything to write. */
    boolean haveChanged() {
        return !dirty.isEmpty();
    }

    /** Writes what has changed, then keeps the most recently used ones only. */
    void writeChanges() {
        deleted.forEach(key -> states.delete(key.name));
        deleted.clear();
        Map<String, Watch> watched = watches.current();
        for (LiveModel model : dirty) {
            byte[] state = format.write(model.model());
            states.put(model.key(), state);
            bytes += state.length - model.storedBytes();
            model.stored(state.length);
            model.watched(watched.get(model.name()), state);
        }
        dirty.clear();
        dropLongestUnused();
    }

    private void dropLongestUnused() {
        if (live.size() > mostLive) {
            Iterator<LiveModel> longestUnused = live.values().iterator();
            for (int excess = live.size() - mostLive; excess > 0; excess--) {
                longestUnused.next();
                longestUnused.remove();
            }
            last = null;
        }
    }

    /** How many models there are, those not yet written included. */
    long count() {
        return count;
    }

    /** How many of them are on the heap. */
    int live() {
        return live.size();
    }

    /** The size of the bytes of all of them. */
    long bytes() {
        return bytes;
    }
}
