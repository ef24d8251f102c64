package dev.streamgrad;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is written for people: README, CONTRIBUTING and the pages in {@code src/docs}. */
public final class Documentation {
    private static final Path ROOT = Path.of("");
    private static final Path PAGES = Path.of("src", "docs");
    private static final Pattern FENCE = Pattern.compile("(?ms)^ *```(\\w*)\\n(.*?)^ *```$");

    private Documentation() {}

    /** The text of every page, by its path from the project's root. */
    public static Map<Path, String> pages() throws IOException {
        Map<Path, String> pages = new TreeMap<>();
        for (Path path : List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md"))) {
            pages.put(path, Files.readString(path));
        }
        try (Stream<Path> files = Files.list(PAGES)) {
            for (Path path :
                    files.filter(file -> file.toString().endsWith(".md")).toList()) {
                pages.put(path, Files.readString(path));
            }
        }
        return pages;
    }

    /** A page in {@code src/docs}. */
    public static String page(String name) throws IOException {
        return Files.readString(PAGES.resolve(name));
    }

    /** All pages, one after the other. */
    public static String text() throws IOException {
        return String.join("\n", pages().values());
    }

    /** What matches, in all pages. */
    public static List<String> matches(String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(text())
                .results()
                .map(MatchResult::group)
                .toList();
    }

    /** What stands between fences of a language, in all pages. */
    public static List<String> fenced(String language) throws IOException {
        return fenced(text(), language);
    }

    /** What stands between fences of a language. */
    static List<String> fenced(String page, String language) {
        return FENCE.matcher(page)
                .results()
                .filter(fence -> fence.group(1).equals(language))
                .map(fence -> fence.group(2))
                .toList();
    }

    /** A page without what stands between fences. */
    static String prose(String page) {
        return FENCE.matcher(page).replaceAll("");
    }

    /** The anchors that a page's headings have, as GitHub names them. */
    static List<String> anchors(String page) {
        return Pattern.compile("(?m)^#+ (.*)$")
                .matcher(prose(page))
                .results()
                .map(heading -> heading.group(1).toLowerCase(java.util.Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .collect(Collectors.toList());
    }
}
