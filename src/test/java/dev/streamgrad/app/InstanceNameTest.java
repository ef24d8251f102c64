package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceNameTest {
    private static final Settings DEFAULT = Settings.of(Map.of("application.id", "app"));
    private static final String HOST = DEFAULT.instanceId().orElseThrow();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final List<String> said = new ArrayList<>();

    private InstanceName claim(Settings settings) {
        return InstanceName.claim(settings, folder, said::add);
    }

    @Test
    void secondOnOneMachine_getsANameOfItsOwn_andSaysSo() {
        try (InstanceName first = claim(DEFAULT);
                InstanceName second = claim(DEFAULT);
                InstanceName third = claim(DEFAULT)) {
            assertThat(first.name()).hasValue(HOST);
            assertThat(second.name()).hasValue(HOST + "-2");
            assertThat(third.name()).hasValue(HOST + "-3");
        }
        assertThat(said)
                .containsExactly(
                        "instance.id is " + HOST + "-2, because another app on this machine is " + HOST,
                        "instance.id is " + HOST + "-3, because another app on this machine is " + HOST);
    }

    @Test
    void nameOfOneThatHasEnded_isFreeAgain() {
        try (InstanceName first = claim(DEFAULT)) {
            assertThat(first.name()).hasValue(HOST);
            try (InstanceName second = claim(DEFAULT)) {
                assertThat(second.name()).hasValue(HOST + "-2");
            }
            try (InstanceName again = claim(DEFAULT)) {
                assertThat(again.name()).hasValue(HOST + "-2");
            }
        }
        try (InstanceName again = claim(DEFAULT)) {
            assertThat(again.name()).hasValue(HOST);
        }
    }

    @Test
    void learnersOfOtherApplications_doNotMeet() {
        try (InstanceName first = claim(DEFAULT);
                InstanceName other = claim(Settings.of(Map.of("application.id", "other")))) {
            assertThat(first.name()).isEqualTo(other.name());
        }
        assertThat(said).isEmpty();
    }

    @Test
    void nameThatWasSet_staysAsItIs_andNoneStaysNone() {
        Settings set = Settings.of(Map.of("application.id", "app", "instance.id", "mine"));
        try (InstanceName first = claim(set);
                InstanceName second = claim(set);
                InstanceName none = claim(Settings.of(Map.of("application.id", "app", "instance.id", "")))) {
            assertThat(first.name()).hasValue("mine");
            assertThat(second.name()).hasValue("mine");
            assertThat(none.name()).isEmpty();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whereNoLockCanBeMade_theNameIsTakenWithoutOne() {
        try (InstanceName first = InstanceName.claim(DEFAULT, folder.resolve("missing"), said::add)) {
            assertThat(first.name()).hasValue(HOST);
        }
    }
}
