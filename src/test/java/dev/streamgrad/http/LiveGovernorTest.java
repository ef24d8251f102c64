package dev.streamgrad.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** With a clock and a meter that stand still. */
class LiveGovernorTest {
    private static final long MILLI = 1_000_000;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
    private final LiveGovernor governor = new LiveGovernor(clock::get);

    private long next(String page, long nanos, int times) {
        long next = 0;
        for (int i = 0; i < times; i++) {
            next = governor.next(page, "xor", nanos);
        }
        return next;
    }

    @Test
    void aPageWaits_aHundredTimesAsLongAsAFrameTakes_butATenthOfASecondAtLeast() throws RefusedException {
        governor.admit("a");
        assertThat(next("a", 0, 9)).isEqualTo(100);
        assertThat(next("a", 750_000, 9)).isEqualTo(100);
        assertThat(next("a", 3 * MILLI + 750_000, 9)).isEqualTo(400);
    }

    @Test
    void morePages_waitLonger_soThatAllTogetherTakeNoMore() throws RefusedException {
        governor.admit("a");
        governor.admit("b");
        governor.admit("c");
        governor.admit("d");
        assertThat(next("a", MILLI, 9)).isEqualTo(500);
    }

    @Test
    void theFirstFrames_andASingleSlowOne_holdNobodyUp() throws RefusedException {
        governor.admit("a");
        assertThat(next("a", 80 * MILLI, 4)).isEqualTo(100);
        assertThat(next("a", 0, 9)).isEqualTo(100);
        assertThat(next("a", 80 * MILLI, 1)).isEqualTo(100);
    }

    @Test
    void theNinthPage_isRefused_untilOneHasGone() throws RefusedException {
        for (int i = 0; i < 8; i++) {
            governor.admit("page " + i);
        }
        assertThatThrownBy(() -> governor.admit("ninth"))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.answer().status()).isEqualTo(429))
                .hasMessageStartingWith("at most 8 live pages can be open");
        governor.admit("page 0");
        clock.addAndGet(Duration.ofMillis(3_001).toNanos());
        governor.admit("ninth");
    }

    @Test
    void aPageThatHasToWaitForLong_isOpenAllTheWhile() throws RefusedException {
        for (int i = 0; i < 8; i++) {
            governor.admit("page " + i);
        }
        long next = next("page 0", 100 * MILLI, 9);
        assertThat(next).isGreaterThan(10_000);
        clock.addAndGet(next * MILLI);
        for (int i = 1; i < 8; i++) {
            governor.admit("another " + i);
        }
        assertThatThrownBy(() -> governor.admit("ninth")).isInstanceOf(RefusedException.class);
    }
}
