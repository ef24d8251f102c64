package dev.streamgrad.settings;

/**
 * How this program was started, so that the commands that messages suggest can be pasted into the same terminal.
 * Whoever starts it says so in the system property {@value #PROPERTY}, with {@code %s} where a command's arguments go.
 */
public final class Invocation {
    /** The system property, such as {@code java -jar streamgrad.jar %s}. */
    public static final String PROPERTY = "streamgrad.invocation";

    private static final String ARGUMENTS = "%s";

    private Invocation() {}

    /** The whole line that runs this program with these arguments. */
    public static String of(String arguments) {
        String template = System.getProperty(PROPERTY, "");
        return (template.contains(ARGUMENTS) ? template : "streamgrad " + ARGUMENTS).replace(ARGUMENTS, arguments);
    }
}
