package dev.streamgrad.http;

import com.sun.net.httpserver.Headers;
import dev.streamgrad.records.BadRecordException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The defence against DNS rebinding: a page that somebody opens in a browser may let its own name point to this
 * machine, and then the browser lets the page read what is answered here. It says in {@code Host} by which name it
 * came. A name that nobody gave to this instance is refused; an IP address cannot be rebound.
 */
final class HostCheck {
    /** An IP address, an IPv6 one in brackets, or a name; then perhaps a port, and any, because of port forwarding. */
    private static final Pattern HOST = Pattern.compile(
            "(?:(?<address>\\d+(?:\\.\\d+){3}|\\[[^\\[\\]]*:[^\\[\\]]*])|(?<name>[^:\\[\\]/@\\s]+?)\\.?)(?::\\d*)?");

    /** Need not be known by name. */
    private static final Pattern ADDRESS = Pattern.compile("\\d+(?:\\.\\d+){3}|.*:.*");

    private final Set<String> names = new TreeSet<>();

    /**
     * Knows these names, and {@code localhost}.
     *
     * @param names of hosts, without a port
     */
    HostCheck(Set<String> names) {
        this.names.add("localhost");
        names.stream()
                .filter(name -> !ADDRESS.matcher(name).matches())
                .forEach(name -> this.names.add(name.toLowerCase(Locale.ROOT)));
    }

    /**
     * Requires that a request came by an address or a known name.
     *
     * @throws RefusedException otherwise
     */
    void require(Headers headers) throws RefusedException {
        List<String> hosts = headers.getOrDefault("Host", List.of());
        if (hosts.size() != 1) {
            throw new RefusedException(
                    400, "Host must be given once; got it " + hosts.size() + " times; send Host: localhost");
        }
        if (!isKnown(hosts.get(0).strip())) {
            throw new RefusedException(
                    403,
                    "Host must be an IP address or one of " + String.join(", ", names) + "; got "
                            + BadRecordException.shown(hosts.get(0))
                            + "; add its name to the setting http.hosts, or set http.advertised");
        }
    }

    private boolean isKnown(String text) {
        Matcher host = HOST.matcher(text);
        if (!host.matches()) {
            return false;
        }
        String name = host.group("name");
        return name == null || names.contains(name.toLowerCase(Locale.ROOT));
    }
}
