package dev.streamgrad.http;

import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Chromium of this machine, driven by the Node.js of this machine: nothing is downloaded. */
final class Browser implements AutoCloseable {
    private final Playwright playwright;
    private final com.microsoft.playwright.Browser chromium;

    private Browser(Path executable, Path node) {
        playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of("PLAYWRIGHT_NODEJS_PATH", node.toString(), "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        chromium = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        // Within containers, where root runs it, its sandbox cannot be had.
                        .setChromiumSandbox(false)
                        .setArgs(List.of("--disable-background-networking", "--disable-component-update")));
    }

    /** Empty where there is no browser: {@code -Dchromium=PATH} and {@code -Dnode=PATH} say where they are. */
    static Optional<Browser> installed() {
        Path executable = Path.of(System.getProperty("chromium", "/usr/bin/chromium"));
        Path node = Path.of(System.getProperty("node", "/usr/bin/node"));
        return Files.isExecutable(executable) && Files.isExecutable(node)
                ? Optional.of(new Browser(executable, node))
                : Optional.empty();
    }

    com.microsoft.playwright.Browser chromium() {
        return chromium;
    }

    @Override
    public void close() {
        playwright.close();
    }
}
