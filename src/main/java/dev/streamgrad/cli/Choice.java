package dev.streamgrad.cli;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Constants as people type them: in lower case, with hyphens. */
abstract class Choice<E extends Enum<E>> implements ITypeConverter<E>, Iterable<String> {
    private final Class<E> type;

    Choice(Class<E> type) {
        this.type = type;
    }

    static String nameOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private List<String> names() {
        return Arrays.stream(type.getEnumConstants()).map(Choice::nameOf).toList();
    }

    @Override
    public E convert(String value) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> nameOf(constant).equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() ->
                        new TypeConversionException("must be one of " + String.join(", ", names()) + "; got " + value));
    }

    /** The names, for the help text and completion. */
    @Override
    public Iterator<String> iterator() {
        return names().iterator();
    }
}
