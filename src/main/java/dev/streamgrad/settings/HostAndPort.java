package dev.streamgrad.settings;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where something is reached: HOST:PORT in its text form, with brackets around an IPv6 address, as URLs have it.
 *
 * @param host a name or an IP address, given with or without brackets, kept without
 * @param port the port
 */
public record HostAndPort(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(\\[[^\\[\\]\\s]+]|[^:\\[\\]/@\\s]+):(\\d{1,5})");
    private static final int LARGEST_PORT = 65_535;

    /** Takes the brackets off. */
    public HostAndPort {
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
    }

    /** Reads HOST:PORT; empty if the text is something else. */
    public static Optional<HostAndPort> parse(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches() && Integer.parseInt(form.group(2)) <= LARGEST_PORT
                ? Optional.of(new HostAndPort(form.group(1), Integer.parseInt(form.group(2))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
