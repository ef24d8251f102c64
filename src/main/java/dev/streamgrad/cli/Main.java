package dev.streamgrad.cli;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;

/**
 * The main class of the jar, which needs no library itself: it says in one line what is missing where the jar was
 * copied without them, or where not all of them can be opened, and how the program was started.
 */
final class Main {
    /** Present wherever the libraries are. */
    private static final String A_LIBRARY = "picocli.CommandLine";

    /** As {@code Invocation.PROPERTY}, which may not be loaded here. */
    private static final String INVOCATION = "streamgrad.invocation";

    /**
     * The least limit of open files: each library is one, and Kafka's clients need some more. Below it, it depends on
     * the length of the class path what fails first, and how.
     */
    private static final long LEAST_OPEN_FILES = 128;

    private Main() {}

    /** Runs {@link Streamgrad} if its libraries are there. */
    public static void main(String[] args) {
        long openFiles = mostOpenFiles();
        if (openFiles < LEAST_OPEN_FILES) {
            System.err.println("the process must be able to open " + LEAST_OPEN_FILES + " files; its limit is "
                    + openFiles + "; raise it, as with ulimit -n 1024");
            System.exit(1);
        }
        String jar = jar();
        try {
            Class.forName(A_LIBRARY, false, Main.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            System.err.println(
                    "the folder lib, with the libraries, must be beside " + jar
                            + "; it is not there: copy target/lib along with the jar, or unpack target/streamgrad-VERSION.tar.gz");
            System.exit(1);
        }
        if (System.getProperty(INVOCATION) == null && jar.endsWith(".jar")) {
            System.setProperty(INVOCATION, "java -jar " + (jar.contains(" ") ? "'" + jar + "'" : jar) + " %s");
        }
        Streamgrad.main(args);
    }

    /** How many files the process may have open; as many as it likes where the system does not say. */
    private static long mostOpenFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    /** The file that this class comes from, relative to the working directory where it is below that. */
    private static String jar() {
        CodeSource source = Main.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            return "the jar";
        }
        try {
            Path jar = Path.of(source.getLocation().toURI());
            Path here = Path.of("").toAbsolutePath();
            return (Files.isRegularFile(jar) && jar.startsWith(here) ? here.relativize(jar) : jar).toString();
        } catch (URISyntaxException e) {
            return "the jar";
        }
    }
}
