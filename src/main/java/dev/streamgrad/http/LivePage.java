package dev.streamgrad.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The live page's own files: {@code /live} is the page, {@code /live/FILE} what it consists of, served as committed in
 * the resources below {@code /live}, and {@code /live/lib/d3.js} D3 from its WebJar. What the page asks for while it is
 * open, below {@code /live/models} and {@code /live/health}, is answered elsewhere.
 *
 * <p>The page may load and ask nothing but its own origin, runs no script and takes no style that is not one of these
 * files, and cannot be framed: whatever the name of a model or a class says, it stays text.
 */
final class LivePage {
    /** What a browser must keep to. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
            + " connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String PAGE = "index.html";
    /** Which D3 it is stands in the POM alone. */
    private static final String D3 = "/META-INF/resources/webjars/d3/%s/dist/d3.min.js";

    private static final String D3_POM = "/META-INF/maven/org.webjars.npm/d3/pom.properties";

    /** One name, without a folder: nothing else can be asked for. */
    private static final Pattern FILE = Pattern.compile("[a-z0-9-]+\\.(?<type>js|css|svg)");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml");

    /** Those of files that are there: names that anybody thinks of take no memory. */
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    /** The file that a path asks for, or empty if it is none of the page's. */
    Optional<Answer> file(Request request) {
        List<String> path = request.segments();
        if (!path.get(0).equals("live") || path.size() > 3) {
            return Optional.empty();
        }
        if (path.size() == 1) {
            return kept(PAGE, () -> own(PAGE));
        }
        if (path.size() == 2 && FILE.matcher(path.get(1)).matches()) {
            return kept(path.get(1), () -> own(path.get(1)));
        }
        return path.equals(List.of("live", "lib", "d3.js"))
                ? kept("lib/d3.js", () -> resource(D3.formatted(d3Version()), "js"))
                : Optional.empty();
    }

    private Optional<Answer> kept(String name, Supplier<Optional<Answer>> file) {
        Answer there = answers.get(name);
        if (there != null) {
            return Optional.of(there);
        }
        Optional<Answer> read = file.get();
        read.ifPresent(answer -> answers.put(name, answer));
        return read;
    }

    /** To the page, for whoever opens the bare address in a browser. */
    static Answer redirect() {
        return Answer.line(302, "the live page is at /live").with(Map.of("Location", "/live", "Vary", "Accept"));
    }

    private static Optional<Answer> own(String name) {
        Matcher file = FILE.matcher(name);
        return resource("/live/" + name, file.matches() ? file.group("type") : "html");
    }

    private static Optional<Answer> resource(String path, String type) {
        try (InputStream in = LivePage.class.getResourceAsStream(path)) {
            if (in == null) {
                return Optional.empty();
            }
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("Content-Security-Policy", POLICY);
            headers.put("X-Content-Type-Options", "nosniff");
            headers.put("Referrer-Policy", "no-referrer");
            headers.put("Cache-Control", "no-cache");
            return Optional.of(new Answer(200, TYPES.getOrDefault(type, Answer.TEXT), in.readAllBytes()).with(headers));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String d3Version() {
        Properties pom = new Properties();
        try (InputStream in = LivePage.class.getResourceAsStream(D3_POM)) {
            if (in != null) {
                pom.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pom.getProperty("version", "");
    }
}
