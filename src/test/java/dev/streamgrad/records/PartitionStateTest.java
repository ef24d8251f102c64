package dev.streamgrad.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PartitionStateTest {
    private static final PartitionState STATE = new PartitionState(
            "Lq0gY3hWTZuqV5p2YkVZ3g",
            "xor",
            new Reading(Map.of("samples.format", "csv", "csv.columns", "a,b")),
            41,
            3,
            1234,
            7,
            "VFb1nNxUSZqbJ0PYdzhyEg");

    /** Version 1, for ever. */
    private static final String GOLDEN = "53475001" + "2900000000000000" + "0300000000000000" + "d204000000000000"
            + "16000000" + "4c7130675933685754" + "5a75715635703259" + "6b565a3367" + "03000000" + "786f72" + "22000000"
            + "6373762e636f6c756d6e733d612c620a73616d70" + "6c65732e666f726d61743d637376" + "0700000000000000"
            + "16000000"
            + "5646" + "62316e4e7855535a71624a30" + "5059647a68794567" + "CRC";

    @Test
    void stateReadBack_isTheSame() {
        assertThat(PartitionState.read(STATE.write())).isEqualTo(STATE);
    }

    @Test
    void readingWithBreaksOfLines_comesBack() {
        Reading odd = new Reading(Map.of("csv.columns", "\"a\nb\",c\\n\r", "model", "x=y"));
        assertThat(Reading.parse(odd.text())).isEqualTo(odd);
    }

    @Test
    void version1_isWhatIsWritten() {
        byte[] bytes = STATE.write();
        String body = HexFormat.of().formatHex(Arrays.copyOf(bytes, bytes.length - Integer.BYTES));
        assertThat(body + "CRC").isEqualTo(GOLDEN);
    }

    @Test
    void everyFlippedBit_andEveryTruncation_isFound() {
        byte[] bytes = STATE.write();
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> PartitionState.read(damaged))
                    .as("bit %d", bit)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> PartitionState.read(cut)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void newerVersion_isRefusedByItsNumber() {
        byte[] bytes = STATE.write();
        bytes[3] = 2;
        assertThatThrownBy(() -> PartitionState.read(bytes))
                .hasMessageContaining("unknown version 2 of a partition's state, this release reads up to 1");
    }

    @Test
    void anotherTopic_isOneWithAnotherId_ifBothAreKnown() {
        assertThat(STATE.isOfAnotherTopicThan("other")).isTrue();
        assertThat(STATE.isOfAnotherTopicThan(STATE.samplesTopicId())).isFalse();
        assertThat(STATE.isOfAnotherTopicThan(PartitionState.UNKNOWN_TOPIC)).isFalse();
        assertThat(PartitionState.unknown(0, 0).isOfAnotherTopicThan("other")).isFalse();
    }
}
