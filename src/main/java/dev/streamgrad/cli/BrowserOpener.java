package dev.streamgrad.cli;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Opens an address in the browser of whoever sits at this machine, by the system's own command for that. */
final class BrowserOpener {
    private BrowserOpener() {}

    /** Opens it and waits for nothing; says what to do instead if it cannot. */
    static void open(String address, PrintWriter err) {
        List<String> command = command(System.getProperty("os.name", ""), address);
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectInput(ProcessBuilder.Redirect.from(nothing()))
                    .start();
        } catch (IOException e) {
            err.println("--open needs " + command.get(0) + ", which cannot be started; open " + address
                    + " in a browser yourself");
        }
    }

    private static File nothing() {
        return new File(System.getProperty("os.name", "").startsWith("Windows") ? "NUL" : "/dev/null");
    }

    /** The command of this system. */
    static List<String> command(String system, String address) {
        String name = system.toLowerCase(Locale.ROOT);
        if (name.startsWith("windows")) {
            return List.of("rundll32", "url.dll,FileProtocolHandler", address);
        }
        return List.of(name.startsWith("mac") ? "open" : "xdg-open", address);
    }
}
