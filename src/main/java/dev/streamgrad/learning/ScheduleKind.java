package dev.streamgrad.learning;

import dev.streamgrad.nn.LearningRateSchedule;
import dev.streamgrad.nn.Named;

/** The schedules that settings can name, and how each is made of them. */
enum ScheduleKind implements Named {
    CONSTANT("constant") {
        @Override
        LearningRateSchedule create(SettingsReader settings) {
            return new LearningRateSchedule.Constant();
        }
    },
    STEP_DECAY("step-decay") {
        @Override
        LearningRateSchedule create(SettingsReader settings) {
            return new LearningRateSchedule.StepDecay(
                    settings.whole("schedule.every"), settings.number("schedule.factor"));
        }
    },
    COSINE("cosine") {
        @Override
        LearningRateSchedule create(SettingsReader settings) {
            return new LearningRateSchedule.Cosine(
                    settings.whole("schedule.steps"), settings.number("schedule.minimum"));
        }
    },
    WARMUP_COSINE("warmup-cosine") {
        @Override
        LearningRateSchedule create(SettingsReader settings) {
            return new LearningRateSchedule.WarmupCosine(
                    settings.whole("schedule.warmup"),
                    settings.whole("schedule.steps"),
                    settings.number("schedule.minimum"));
        }
    };

    private final String id;

    ScheduleKind(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    /** The schedule that these settings describe. */
    abstract LearningRateSchedule create(SettingsReader settings);
}
