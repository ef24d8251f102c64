package dev.streamgrad.suggest;

import java.util.Map;
import java.util.function.Consumer;

/** Records as trees of maps, lists, texts, numbers, booleans and nulls, which can be gone through more than once. */
@FunctionalInterface
public interface Records {
    /** Hands out each record, in the same order every time. */
    void forEach(Consumer<Map<String, ?>> to);
}
