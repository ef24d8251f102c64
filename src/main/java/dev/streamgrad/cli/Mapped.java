package dev.streamgrad.cli;

import java.util.Iterator;
import java.util.function.Function;

/**
 * What another iterator gives, each made into something else.
 *
 * @param <T> what it gives
 * @param <R> what is made of it
 */
record Mapped<T, R>(Iterator<T> from, Function<T, R> to) implements Iterator<R> {
    @Override
    public boolean hasNext() {
        return from.hasNext();
    }

    @Override
    public R next() {
        return to.apply(from.next());
    }
}
