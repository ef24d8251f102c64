package dev.streamgrad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LastWordsTest {
    private final StringWriter err = new StringWriter();
    private final ByteArrayOutputStream raw = new ByteArrayOutputStream();
    private final List<Integer> ends = new ArrayList<>();
    private final Thread main = new Thread(() -> {}, "main");
    private final Thread other = new Thread(() -> {}, "other");
    private final LastWords words = new LastWords(main, new PrintWriter(err, true), raw, ends::add);

    @Test
    void noMemory_endsTheProcess_whoeversThreadItIs_andIsSaidOnce() {
        words.uncaughtException(other, new RuntimeException(new OutOfMemoryError("Java heap space")));
        words.uncaughtException(main, new OutOfMemoryError("Java heap space"));
        assertThat(ends).containsExactly(1, 1);
        assertThat(raw.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("out of memory; give it more");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void mainThreadsEnd_endsTheProcess() {
        words.uncaughtException(main, new NoClassDefFoundError("dev/streamgrad/cluster/Progress"));
        assertThat(ends).containsExactly(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("class dev.streamgrad.cluster.Progress could not be loaded");
    }

    @Test
    void anotherThreadsEnd_isToldWithItsStackTrace_andTheProcessGoesOn() {
        words.uncaughtException(other, new IllegalStateException("odd"));
        assertThat(ends).isEmpty();
        assertThat(err.toString())
                .startsWith("Exception in thread \"other\" java.lang.IllegalStateException: odd")
                .contains("\tat ");
    }
}
