package dev.streamgrad.encoding;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The dictionaries of one model: one for each category that is learned, in their order, and one for learned classes.
 */
public final class Vocabulary {
    private final List<Dictionary> dictionaries;

    /** Dictionaries without words. */
    public Vocabulary(Mapping mapping) {
        this.dictionaries = mapping.dictionaries().stream().map(Dictionary::new).toList();
    }

    /** In the order of {@link Mapping#dictionaries}. */
    public List<Dictionary> dictionaries() {
        return dictionaries;
    }

    /** Takes what the last sample brought: it has trained the model. */
    public void keep() {
        for (int i = 0; i < dictionaries.size(); i++) {
            dictionaries.get(i).keep();
        }
    }

    /** Forgets what a sample brought that did not train the model. */
    void forget() {
        for (int i = 0; i < dictionaries.size(); i++) {
            dictionaries.get(i).forget();
        }
    }

    /** The dictionary with this index; null if there is none. */
    @Nullable
    Dictionary dictionary(int index) {
        return index < 0 ? null : dictionaries.get(index);
    }
}
