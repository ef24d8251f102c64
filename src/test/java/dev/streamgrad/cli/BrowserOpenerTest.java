package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How an address is opened. */
class BrowserOpenerTest {
    @ParameterizedTest
    @CsvSource({"Linux,xdg-open", "FreeBSD,xdg-open", "Mac OS X,open", "Windows 11,rundll32"})
    void eachSystem_hasItsCommand(String system, String command) {
        assertThat(BrowserOpener.command(system, "http://localhost:1/live"))
                .startsWith(command)
                .endsWith("http://localhost:1/live");
    }
}
