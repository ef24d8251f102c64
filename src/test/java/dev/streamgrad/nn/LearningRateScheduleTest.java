package dev.streamgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** What the reference runs do not reach: the ends, and what is refused. */
class LearningRateScheduleTest {

    @Test
    void stepDecay_changesAtEveryMultiple() {
        LearningRateSchedule schedule = new LearningRateSchedule.StepDecay(10, 0.5);
        assertThat(schedule.at(0.8, 9)).isEqualTo(0.8);
        assertThat(schedule.at(0.8, 10)).isEqualTo(0.4);
        assertThat(schedule.at(0.8, 25)).isEqualTo(0.2);
    }

    @Test
    void cosine_isHalfwayInTheMiddle_andStaysAtItsMinimum() {
        LearningRateSchedule schedule = new LearningRateSchedule.Cosine(100, 0.1);
        assertThat(schedule.at(0.5, 50)).isCloseTo(0.3, within(1e-15));
        assertThat(schedule.at(0.5, 100)).isEqualTo(0.1);
        assertThat(schedule.at(0.5, Long.MAX_VALUE)).isEqualTo(0.1);
    }

    @Test
    void warmup_endsAtTheFullRate() {
        LearningRateSchedule schedule = new LearningRateSchedule.WarmupCosine(4, 20, 0.0);
        assertThat(schedule.at(1.0, 0)).isEqualTo(0.25);
        assertThat(schedule.at(1.0, 3)).isEqualTo(1.0);
        assertThat(schedule.at(1.0, 4)).isEqualTo(1.0);
        assertThat(schedule.at(1.0, 20)).isEqualTo(0.0);
    }

    @Test
    void wrongNumbers_areRefusedByTheirNames() {
        assertThatThrownBy(() -> new LearningRateSchedule.StepDecay(0, 0.5))
                .hasMessage("schedule.every must be at least 1; got 0");
        assertThatThrownBy(() -> new LearningRateSchedule.WarmupCosine(10, 10, 0.0))
                .hasMessage("schedule.steps must be at least 11; got 10");
        assertThatThrownBy(() -> new Sgd(-1)).hasMessage("learning.rate must be a finite number over 0; got -1.0");
        assertThatThrownBy(() -> new Adam(0.1, 1.0, 0.9, 1e-8, 0, false))
                .hasMessage("adam.beta1 must be at least 0 and under 1; got 1.0");
    }
}
