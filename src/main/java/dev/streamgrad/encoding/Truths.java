package dev.streamgrad.encoding;

/** What people write for true and false. */
final class Truths {
    private static final String[][] WORDS = {{"false", "true"}, {"no", "yes"}, {"f", "t"}, {"n", "y"}, {"0", "1"}};

    private Truths() {}

    /** 1 or 0, as the value in a slot says; −1 if it says neither. */
    static int of(FieldValues values, int slot) {
        return switch (values.kind(slot)) {
            case TRUE -> 1;
            case FALSE -> 0;
            case NUMBER -> values.number(slot) == 1.0 ? 1 : values.number(slot) == 0.0 ? 0 : -1;
            case TEXT -> of(values.text(slot), values.from(slot), values.to(slot));
            default -> -1;
        };
    }

    private static int of(byte[] text, int from, int to) {
        for (String[] pair : WORDS) {
            for (int truth = 0; truth < pair.length; truth++) {
                if (isWord(pair[truth], text, from, to)) {
                    return truth;
                }
            }
        }
        return -1;
    }

    /** In any case. */
    private static boolean isWord(String word, byte[] text, int from, int to) {
        if (to - from != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            int c = text[from + i];
            if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
