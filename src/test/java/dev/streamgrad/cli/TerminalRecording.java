package dev.streamgrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The picture in the README: what the demo prints, as an SVG in which the lines appear when they were printed. The
 * {@code main} runs the demo and writes it.
 *
 * <p>Colours follow the reader's preference for light or dark. Whoever prefers no motion, or has a viewer that knows no
 * animation, sees the last frame.
 */
final class TerminalRecording {
    static final Path PICTURE = Path.of("src", "docs", "demo.svg");
    private static final String COMMAND = "./mvnw -q compile exec:java -Dexec.args=\"demo --until-learned\"";
    /** In columns and pixels. */
    static final int COLUMNS = 80;

    private static final double CHARACTER = 8.43;
    private static final int LINE = 20;
    private static final int MARGIN = 20;
    private static final int BAR = 34;

    /** A line, and when it was printed, in milliseconds after the first. */
    record Line(String text, long millis) {}

    private TerminalRecording() {}

    /** What the demo prints to both streams, with the times. */
    private static final class Recorder extends Writer {
        private final List<Line> lines = new ArrayList<>(List.of(new Line("$ " + COMMAND, 0)));
        private final StringBuilder line = new StringBuilder();
        private final long start = System.nanoTime();

        @Override
        public void write(char[] characters, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                if (characters[i] == '\n') {
                    long nanos = System.nanoTime() - start;
                    lines.add(new Line(line.toString(), TimeUnit.NANOSECONDS.toMillis(nanos)));
                    line.setLength(0);
                } else {
                    line.append(characters[i]);
                }
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static List<Line> record() throws IOException {
        Recorder recorder = new Recorder();
        int code = Streamgrad.run(
                new Shutdown(),
                new PrintWriter(recorder, true),
                new PrintWriter(recorder, true),
                "demo",
                "--until-learned");
        if (code != 0) {
            throw new IOException("the demo ended with exit code " + code + ": " + recorder.lines);
        }
        return recorder.lines;
    }

    static String svg(List<Line> lines) {
        int width = (int) Math.ceil(COLUMNS * CHARACTER) + 2 * MARGIN;
        int height = BAR + lines.size() * LINE + MARGIN;
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">%n",
                width,
                height,
                width,
                height));
        svg.append("""
                <!-- Made by the main of TerminalRecording, from a run of the demo. -->
                <title>The demo in a terminal: a network learns XOR from a Kafka topic</title>
                <style>
                  .window { fill: #ffffff; stroke: #d0d7de; }
                  text { fill: #1f2328; font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; }
                  .command { font-weight: bold; }
                  .good { fill: #1a7f37; }
                  .quiet { fill: #59636e; }
                  .dot { fill: #d0d7de; }
                  @media (prefers-color-scheme: dark) {
                    .window { fill: #0d1117; stroke: #3d444d; }
                    text { fill: #e6edf3; }
                    .good { fill: #3fb950; }
                    .quiet { fill: #9198a1; }
                    .dot { fill: #3d444d; }
                  }
                  @media (prefers-reduced-motion: no-preference) {
                    @keyframes appear { from { opacity: 0; } }
                    text { animation: appear 1ms steps(1) backwards; }
                  }
                </style>
                """);
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"window\" x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"8\"/>%n",
                width - 1,
                height - 1));
        for (int i = 0; i < 3; i++) {
            svg.append(String.format(
                    Locale.ROOT, "<circle class=\"dot\" cx=\"%d\" cy=\"17\" r=\"6\"/>%n", MARGIN + 6 + 20 * i));
        }
        int y = BAR + LINE;
        for (Line line : lines) {
            if (!line.text().isBlank()) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<text class=\"%s\" x=\"%d\" y=\"%d\" xml:space=\"preserve\" style=\"animation-delay: %.1fs\">%s</text>%n",
                        look(line.text()),
                        MARGIN,
                        y,
                        line.millis() / 1000.0,
                        escaped(line.text())));
            }
            y += LINE;
        }
        return svg.append("</svg>\n").toString().replace(System.lineSeparator(), "\n");
    }

    private static String look(String line) {
        if (line.startsWith("$")) {
            return "command";
        }
        if (line.contains("✓") || line.startsWith("learned")) {
            return "good";
        }
        return line.contains("samples |") ? "plain" : "quiet";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    public static void main(String[] args) throws IOException {
        Files.writeString(PICTURE, svg(record()));
    }
}
