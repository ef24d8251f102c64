package dev.streamgrad.http;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * Makes the pictures of the live page in {@code src/docs/images}, from a demo that learns XOR in a process of its own:
 * at the start, in the middle and at the end, a step by hand, and in the dark.
 */
final class LiveScreenshots {
    private static final Path IMAGES = Path.of("src/docs/images");
    private static final Pattern ADDRESS = Pattern.compile("http://\\S+/live");
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 940;
    /** Smaller than life, so that a picture stays below 150 KB. */
    private static final double SCALE = 0.7;

    private LiveScreenshots() {}

    /** Needs Chromium. */
    public static void main(String[] arguments) throws Exception {
        demo("xor", "600", LiveScreenshots::xor);
        demo("spiral", "2000", (browser, address) -> {
            Page page = open(browser, address, ColorScheme.LIGHT);
            until(page, "/9[89]|every one/.test(document.querySelector('#lead').textContent)");
            take(page, "live-spiral.png");
        });
    }

    /** What is photographed of a demo. */
    private interface Scenes {
        void take(Browser browser, String address) throws Exception;
    }

    private static void demo(String dataset, String rate, Scenes scenes) throws Exception {
        Path output = Files.createTempFile("streamgrad-demo", ".txt");
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.streamgrad.cli.Main",
                        "demo",
                        "--dataset",
                        dataset,
                        "--rate",
                        rate)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (Browser browser = Browser.installed().orElseThrow()) {
            String address = Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> address(output), Optional::isPresent)
                    .orElseThrow();
            scenes.take(browser, address + "#model=" + dataset);
        } finally {
            demo.destroy();
            demo.waitFor();
            Files.delete(output);
        }
    }

    private static void xor(Browser browser, String address) {
        Page page = open(browser, address, ColorScheme.LIGHT);
        until(page, "document.querySelectorAll('#surface .dot').length > 8");
        take(page, "live-start.png");
        until(
                page,
                "document.querySelector('#surface .sentence').textContent.match(/ (one|[1-9][0-9]?) w/)"
                        + " !== null && /8\\d/.test(document.querySelector('#lead').textContent)");
        take(page, "live-middle.png");
        until(page, "document.getElementById('lead').textContent.includes('every one')");
        take(page, "live-end.png");
        page.click("#byhand button:has-text('newest')");
        Locator next = page.locator("#byhand button:has-text('Next')");
        for (int part = 0; part < 4; part++) {
            next.click();
        }
        page.locator("#byhand").screenshot(new Locator.ScreenshotOptions().setPath(IMAGES.resolve("live-by-hand.png")));
        Page dark = open(browser, address, ColorScheme.DARK);
        until(dark, "document.querySelectorAll('#surface .dot').length > 8");
        take(dark, "live-dark.png");
    }

    private static Optional<String> address(Path output) throws IOException {
        Matcher address = ADDRESS.matcher(Files.readString(output));
        return address.find() ? Optional.of(address.group()) : Optional.empty();
    }

    private static Page open(Browser browser, String address, ColorScheme scheme) {
        Page page = browser.chromium()
                .newPage(new com.microsoft.playwright.Browser.NewPageOptions()
                        .setViewportSize(WIDTH, HEIGHT)
                        .setDeviceScaleFactor(SCALE)
                        .setColorScheme(scheme));
        page.navigate(address);
        return page;
    }

    private static void until(Page page, String condition) {
        Awaitility.await()
                .pollInSameThread()
                .atMost(Duration.ofMinutes(3))
                .until(() -> page.evaluate(condition).equals(true));
    }

    private static void take(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(IMAGES.resolve(name)));
    }
}
