package dev.streamgrad.encoding;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The words that a model has met in one field, in the order in which it trained on them: part of its state. It has room
 * for so many, and takes no more.
 *
 * <p>A word is found by its bytes, without an object on the way. A new word is only noted when it is met, and becomes
 * one of the dictionary when the sample that has it has trained the model ({@link #keep}): a sample that is refused
 * leaves no trace.
 */
public final class Dictionary {
    /** The longest word, in bytes of UTF-8. */
    public static final int LONGEST_WORD = 256;

    /** No such word, and no room for it. */
    static final int FULL = -1;

    private final int capacity;
    private final byte[][] words;
    /** The words as text, as far as they have been asked for. */
    private final @Nullable String[] texts;
    /** One more than the index of a word, by its hash; 0 is free. At most half of it is taken. */
    private final int[] table;

    private int size;
    private byte @Nullable [] noted;

    /** A dictionary without words. */
    public Dictionary(int capacity) {
        this.capacity = capacity;
        this.words = new byte[capacity][];
        this.texts = new String[capacity];
        this.table = new int[Integer.highestOneBit(Math.max(1, capacity)) * 4];
    }

    /** How many words there are. */
    public int size() {
        return size;
    }

    /** How many words there may be. */
    public int capacity() {
        return capacity;
    }

    /** A word, by its index. */
    public String word(int index) {
        String known = texts[index];
        if (known == null) {
            known = new String(words[index], StandardCharsets.UTF_8);
            texts[index] = known;
        }
        return known;
    }

    /** All words. */
    public List<String> words() {
        List<String> all = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            all.add(word(i));
        }
        return all;
    }

    /** A word's bytes, not to be changed. */
    public byte[] bytes(int index) {
        return words[index];
    }

    /** The index of a word, which it has or would get; {@link #FULL} if it can get none. */
    int indexOf(byte[] in, int from, int to) {
        int slot = slotOf(in, from, to);
        return table[slot] != 0 ? table[slot] - 1 : size < capacity ? size : FULL;
    }

    private int slotOf(byte[] in, int from, int to) {
        int mask = table.length - 1;
        int slot = hash(in, from, to) & mask;
        while (table[slot] != 0 && !isWord(table[slot] - 1, in, from, to)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private boolean isWord(int index, byte[] in, int from, int to) {
        byte[] word = words[index];
        return Arrays.equals(word, 0, word.length, in, from, to);
    }

    private static int hash(byte[] in, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + in[i];
        }
        return hash ^ hash >>> 16;
    }

    /** Notes a word that has no index yet. */
    void note(byte[] in, int from, int to) {
        noted = Arrays.copyOfRange(in, from, to);
    }

    /** Forgets the word that was noted. */
    void forget() {
        noted = null;
    }

    /** Takes the word that was noted, if one was. */
    void keep() {
        byte[] word = noted;
        if (word != null) {
            add(word);
            noted = null;
        }
    }

    private void add(byte[] word) {
        table[slotOf(word, 0, word.length)] = size + 1;
        words[size++] = word;
    }

    /**
     * Sets its words, in a model that is restored.
     *
     * @throws IllegalArgumentException if they cannot be the words of this dictionary
     */
    public void restore(List<byte[]> all) {
        Arrays.fill(table, 0);
        Arrays.fill(texts, null);
        size = 0;
        for (byte[] word : all) {
            if (size == capacity || word.length > LONGEST_WORD || table[slotOf(word, 0, word.length)] != 0) {
                throw new IllegalArgumentException("a dictionary must have at most " + capacity
                        + " words, each once, of at most " + LONGEST_WORD + " bytes; got others");
            }
            add(word.clone());
        }
    }
}
