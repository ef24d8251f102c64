package dev.streamgrad.cli;

import dev.streamgrad.control.Event;
import dev.streamgrad.control.Event.Said;
import dev.streamgrad.learning.Drift;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An event as a person reads it, on one line. */
final class EventLine {
    private EventLine() {}

    static String of(Event event) {
        StringBuilder line = new StringBuilder(event.model().isEmpty() ? "-" : printable(event.model()));
        String command = event.said() == null ? "" : " " + command(event.said());
        switch (event.kind()) {
            case CREATED -> line.append(" was created");
            case RESTORED -> line.append(" went back to its checkpoint");
            case DRIFT -> line.append(drift(event.drift()));
            case DELETED -> line.append(" was deleted");
            case CONTROL -> line.append(" has obeyed").append(command);
            case REFUSED -> line.append(" refuses").append(command.isEmpty() ? " what is no command" : command);
        }
        line.append(String.format(
                Locale.ROOT,
                ", version %d, after sample %d@%d",
                event.version(),
                event.after().partition(),
                event.after().offset()));
        if (event.fingerprint() != null) {
            line.append(String.format(Locale.ROOT, ", fingerprint %.16s…", event.fingerprint()));
        }
        if (event.reason() != null) {
            line.append(": ").append(printable(event.reason()));
        }
        if (event.said() != null && event.said().by() != null) {
            line.append(", by ").append(printable(event.said().by()));
        }
        if (event.said() != null && event.said().why() != null) {
            line.append(", because ").append(printable(event.said().why()));
        }
        return line.toString();
    }

    static String drift(@Nullable Drift drift) {
        return drift == null
                ? " drifts"
                : String.format(
                        Locale.ROOT,
                        " drifts: %s by %s, mean error %.4g before and %.4g since, reaction %s",
                        drift.direction().id(),
                        drift.detector().id(),
                        drift.before(),
                        drift.after(),
                        drift.reaction().id());
    }

    private static String command(Said said) {
        String settings = said.settings().entrySet().stream()
                .map((Map.Entry<String, String> setting) -> " " + setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining());
        return printable(said.command() + settings);
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "\uFFFD");
    }
}
