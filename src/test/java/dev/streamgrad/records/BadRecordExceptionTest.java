package dev.streamgrad.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.records.BadRecordException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BadRecordExceptionTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00, '\n', '\r', '\t', 0x1B, 0x7F, 0x85, 0x9B, 0x2028, 0x2029, 0x061C, 0x200E, 0x200F, 0x202A, 0x202E,
                0x2066, 0x2069, 0xFEFF, 0xFFFE, 0x1FFFF, 0xFDD0, 0xD800, 0xDBFF, 0xDC00, 0xDFFF
            })
    void whatWouldBreakOrReorderTheLine_isReplaced_inAValueAndInAWholeReason(int codePoint) {
        String text = "a" + Character.toString(codePoint) + "b";
        assertThat(BadRecordException.shown(text)).isEqualTo("a\uFFFDb");
        assertThat(new BadRecordException(Reason.KEY, text).text()).isEqualTo("a\uFFFDb");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "ä", "שלום", "\u200D", "\uD83D\uDE00", "\u00A0", "…"})
    void everythingElse_isShownAsItIs(String text) {
        assertThat(BadRecordException.shown(text)).isEqualTo(text);
        assertThat(new BadRecordException(Reason.KEY, text).text()).isEqualTo(text);
    }

    @Test
    void longValues_areCutBetweenCharacters_andOthersAreNot() {
        String face = "\uD83D\uDE00";
        assertThat(BadRecordException.shown(face.repeat(60))).isEqualTo(face.repeat(60));
        assertThat(BadRecordException.shown("a" + face.repeat(60))).isEqualTo("a" + face.repeat(59) + "…");
        assertThat(BadRecordException.shown(null)).isEqualTo("nothing");
    }
}
