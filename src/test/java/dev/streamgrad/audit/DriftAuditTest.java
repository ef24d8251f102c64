package dev.streamgrad.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.streamgrad.audit.Finding.Verdict;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.records.Snapshot;
import dev.streamgrad.replay.SteeredLog;
import dev.streamgrad.replay.SteeredLog.Entry;
import dev.streamgrad.travel.Destination;
import dev.streamgrad.travel.Travel;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit of models that drift, and travel through a drift: no event of one is believed, each is derived. */
class DriftAuditTest {
    private static final int FLIP = 700;
    private static final int SAMPLES = 1_000;

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedBroker.start(0, Optional.empty());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static SteeredLog drifting(String reaction) {
        SteeredLog log = new SteeredLog(
                broker,
                "layers=2,8,1",
                "hidden.activation=tanh",
                "optimizer=adam",
                "learning.rate=0.03",
                "drift.detector=hddm-a",
                "drift.reaction=" + reaction);
        SampleSource source = Dataset.XOR.samples(1).flippedFrom(FLIP);
        for (int i = 0; i < SAMPLES; i++) {
            log.sample(source.next().toJson());
        }
        return log.said();
    }

    private static List<Finding> audit(SteeredLog log) {
        return new Audit(log.settings, Optional.empty(), SteeredLog.QUIET).run().orElseThrow();
    }

    private static int indexOfDrift(SteeredLog log) throws Exception {
        for (int i = 0; i < log.events.size(); i++) {
            if (log.events.get(i).json().path("event").asText().equals("drift")) {
                return i;
            }
        }
        throw new AssertionError("no event of a drift");
    }

    @ParameterizedTest
    @ValueSource(strings = {"alert", "boost", "reset"})
    void drift_isWrittenDown_derivedByTheAudit_andTravelledThrough(String reaction) throws Exception {
        try (SteeredLog log = drifting(reaction).written()) {
            ObjectNode event = log.events.get(indexOfDrift(log)).json();
            assertThat(event.path("direction").asText()).isEqualTo("worse");
            assertThat(event.path("detector").asText()).isEqualTo("hddm-a");
            assertThat(event.path("reaction").asText()).isEqualTo(reaction);
            assertThat(event.path("errorAfter").asDouble())
                    .isGreaterThan(event.path("errorBefore").asDouble());
            assertThat(event.at("/after/offset").asLong()).isBetween((long) FLIP, FLIP + 49L);
            assertThat(audit(log)).singleElement().satisfies(finding -> {
                assertThat(finding.verdict()).as(finding.toString()).isEqualTo(Verdict.AGREES);
                assertThat(finding.checked()).isEqualTo(SAMPLES / 20);
            });
            Snapshot last = Snapshot.read(Objects.requireNonNull(
                    log.snapshots.get(log.snapshots.size() - 1).value()));
            assertThat(last.format()).isEqualTo(3);
            assertThat(travelTo(log, last.model().version(), true).fingerprint())
                    .isEqualTo(last.fingerprint());
            // What the event says the model was from then on.
            assertThat(travelTo(log, event.path("version").asLong(), false).fingerprint())
                    .isEqualTo(event.path("fingerprint").asText());
        }
    }

    private static Snapshot travelTo(SteeredLog log, long version, boolean fromTheStart) throws Exception {
        return new Travel(log.settings, "xor", null, Destination.version(version), fromTheStart, SteeredLog.QUIET)
                .run()
                .orElseThrow()
                .state();
    }

    /** A way to tamper with a history. */
    private interface Tampering {
        void with(SteeredLog log) throws Exception;
    }

    private static Arguments tampering(String name, Tampering tampering) {
        return Arguments.of(Named.of(name, tampering));
    }

    private static void shift(SteeredLog log, int by) throws Exception {
        int index = indexOfDrift(log);
        Entry drift = log.events.get(index);
        log.events.set(index, drift.with(tree -> {
            ObjectNode after = (ObjectNode) tree.get("after");
            after.put("offset", after.get("offset").asLong() + by);
        }));
    }

    private static Tampering set(String field, String value) {
        return log -> {
            int index = indexOfDrift(log);
            log.events.set(index, log.events.get(index).with(tree -> tree.put(field, value)));
        };
    }

    private static Tampering set(String field, double value) {
        return log -> {
            int index = indexOfDrift(log);
            log.events.set(index, log.events.get(index).with(tree -> tree.put(field, value)));
        };
    }

    static List<Arguments> tamperings() {
        return List.of(
                tampering("removed", log -> log.events.remove(indexOfDrift(log))),
                tampering("moved by one sample", log -> shift(log, 1)),
                tampering("moved back by one sample", log -> shift(log, -1)),
                tampering("doubled", log -> log.events.add(indexOfDrift(log), log.events.get(indexOfDrift(log)))),
                tampering("forged", log -> {
                    Entry drift = log.events.get(indexOfDrift(log));
                    log.events.add(1, drift.with(tree -> ((ObjectNode) tree.get("after")).put("offset", 300)));
                }),
                tampering("for the better", set("direction", "better")),
                tampering("by another detector", set("detector", "adwin")),
                tampering("another reaction", set("reaction", "alert")),
                tampering("another error before", set("errorBefore", 0.5)),
                tampering("another error since", set("errorAfter", 0.5)),
                tampering("another fingerprint", set("fingerprint", "0".repeat(64))));
    }

    @ParameterizedTest
    @MethodSource("tamperings")
    void whateverIsTamperedWith_isFound(Tampering tampering) throws Exception {
        try (SteeredLog log = drifting("boost")) {
            tampering.with(log);
            log.written();
            assertThat(audit(log))
                    .as(() -> audit(log).toString())
                    .anyMatch(finding -> finding.verdict() == Verdict.MISMATCH);
        }
    }
}
