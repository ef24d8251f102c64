package dev.streamgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.streamgrad.cluster.StartException;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class FailureExplanationTest {
    private static final Settings SETTINGS = Settings.of(Map.of("application.id", "app"));

    private static String explain(Throwable exception) {
        String line = new FailureExplanation(SETTINGS, Optional.of("host-2")).explain(exception);
        assertThat(line).doesNotContain("\n");
        return line;
    }

    @Test
    void ownExceptions_speakForThemselves_howeverDeep() {
        assertThat(explain(new StreamsException(new StartException("topic x must exist", null))))
                .isEqualTo("topic x must exist");
    }

    @Test
    void takenName_isTheOneThatTheProcessHas() {
        assertThat(explain(new StreamsException(new FencedInstanceIdException("fenced"))))
                .isEqualTo(
                        "another process has taken over instance.id host-2 in the group app; give each process its own:"
                                + " --set instance.id=NAME");
    }

    @Test
    void transactionThatTheBrokerEnded_isNoLoss_andToBeStartedAgain() {
        assertThat(explain(new StreamsException(
                        "Error encountered trying to commit", new InvalidTxnStateException("bad"))))
                .startsWith("the broker has ended a transaction of this learner")
                .contains("nothing is lost: start it again");
    }

    @Test
    void tooFewFiles_namesTheLimit_evenWhereKafkaWrapsIt() {
        KafkaException kafkas = new KafkaException(
                "Failed to construct kafka consumer", new KafkaException(new IOException("Too many open files")));
        assertThat(explain(kafkas))
                .isEqualTo("the process may not open enough files; raise its limit, as with ulimit -n 1024");
        assertThat(explain(new VerifyError("Could not link verifier (-v shows where)")))
                .isEqualTo("the process may not open enough files; raise its limit, as with ulimit -n 1024");
        assertThat(explain(new NoClassDefFoundError("dev/streamgrad/app/LearnerApp")))
                .startsWith("class dev.streamgrad.app.LearnerApp could not be loaded; the jars in lib must be beside")
                .contains("ulimit -n 1024");
    }

    @Test
    void folderThatCannotBeWritten_isNamed() {
        assertThat(explain(new StreamsException(new ProcessorStateException(
                        "base state directory [/x] doesn't exist and couldn't be created"))))
                .isEqualTo("the store must be able to write to kafka.state.dir; base state directory [/x] doesn't exist"
                        + " and couldn't be created; free some space there, allow this user to write, or name"
                        + " another folder");
    }

    @Test
    void deletedSamples_areToldAsTheWatchTellsThem() {
        assertThat(explain(new MissingSourceTopicException("gone")))
                .startsWith("topic samples must exist; it was deleted; to keep the models")
                .contains("streamgrad rebuild --onto-new-samples", "streamgrad reset");
    }

    @Test
    void noMemory_isFoundUnderWhatWrapsIt_andThreadsAreToldApart() {
        assertThat(explain(new StreamsException(new OutOfMemoryError("Java heap space"))))
                .startsWith("out of memory; give it more with java -Xmx");
        assertThat(explain(new OutOfMemoryError("unable to create native thread: possibly out of memory")))
                .startsWith("the process may not start enough threads");
        assertThat(FailureExplanation.outOfMemory(new RuntimeException(new OutOfMemoryError())))
                .isNotNull();
        assertThat(FailureExplanation.outOfMemory(new StackOverflowError())).isNull();
    }

    @Test
    void ringOfCauses_ends() {
        Exception one = new Exception("one");
        one.initCause(new Exception("two", one));
        assertThat(explain(one)).startsWith("the learner failed: Exception: ");
    }

    @Test
    void anythingElse_isTheInnermostCause_onItsFirstLine() {
        assertThat(explain(new StreamsException("outer", new IllegalStateException("inner\nand more"))))
                .isEqualTo("the learner failed: IllegalStateException: inner");
    }
}
