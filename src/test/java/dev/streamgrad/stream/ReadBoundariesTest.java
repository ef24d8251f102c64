package dev.streamgrad.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadBoundariesTest {
    private final List<List<Long>> gaps = new ArrayList<>();
    private final ReadBoundaries boundaries = new ReadBoundaries((from, to) -> gaps.add(List.of(from, to)));

    @Test
    void missingOffsets_areNoGap_whereTheLogDoesNotBeginBehindThem() {
        boundaries.read(9, 15);
        boundaries.beginsWith(10);
        boundaries.read(9, 15);
        assertThat(gaps).isEmpty();
        boundaries.beginsWith(11);
        boundaries.read(9, 15);
        assertThat(gaps).containsExactly(List.of(10L, 11L));
    }

    @Test
    void aGap_isToldOnce_alsoWhenItsRecordsAreReadAgain() {
        boundaries.beginsWith(20);
        boundaries.read(9, 20);
        boundaries.read(9, 20);
        assertThat(gaps).containsExactly(List.of(10L, 20L));
    }

    @Test
    void whatWasDeletedBeforeTheFirstRecordEver_isNoGap() {
        boundaries.beginsWith(20);
        boundaries.read(-1, 20);
        boundaries.read(20, 21);
        assertThat(gaps).isEmpty();
    }
}
