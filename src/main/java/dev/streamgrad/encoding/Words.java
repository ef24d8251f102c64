package dev.streamgrad.encoding;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Lists of words as settings write them: commas between, double quotes around a word with a special character. */
final class Words {
    private static final String SPECIAL = ",:;()[]?\"\\";

    private Words() {}

    /** The word, in quotes if it needs them. */
    static String quoted(String word) {
        boolean plain = !word.isEmpty() && word.strip().equals(word);
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            plain &= c > ' ' && SPECIAL.indexOf(c) < 0;
        }
        return plain ? word : "\"" + escaped(word) + "\"";
    }

    private static String escaped(String word) {
        // A line break would end the line of a properties file.
        return word.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
    }

    /** What stands between commas that are outside quotes and brackets, quotes and all. */
    static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        if (text.isBlank()) {
            return parts;
        }
        int start = 0;
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && c == '(') {
                depth++;
            } else if (!quoted && c == ')') {
                depth--;
            } else if (!quoted && c == ',' && depth == 0) {
                parts.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        if (quoted) {
            throw new IllegalArgumentException("every quote of a list must be closed; got " + text);
        }
        parts.add(text.substring(start).strip());
        return parts;
    }

    /** The words of a list. */
    static List<String> split(String text) {
        return parts(text).stream().map(Words::unquoted).toList();
    }

    /** The word without its quotes, if it has any. */
    static String unquoted(String part) {
        if (!part.startsWith("\"")) {
            return part;
        }
        if (endOfQuotes(part) != part.length()) {
            throw new IllegalArgumentException("nothing must stand behind the quotes of a word; got " + part);
        }
        StringBuilder word = new StringBuilder();
        for (int i = 1; i < part.length() - 1; i++) {
            char c = part.charAt(i);
            if (c == '\\') {
                c = part.charAt(++i);
                c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
            }
            word.append(c);
        }
        return word.toString();
    }

    /** Where the quotes end that {@code text} begins with: the index behind them. */
    static int endOfQuotes(String text) {
        for (int i = 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == '"') {
                return i + 1;
            }
        }
        throw new IllegalArgumentException("every quote of a list must be closed; got " + text);
    }

    static int bytes(String word) {
        return word.getBytes(StandardCharsets.UTF_8).length;
    }
}
