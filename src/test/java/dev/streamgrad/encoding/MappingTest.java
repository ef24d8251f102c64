package dev.streamgrad.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MappingTest {
    static Mapping mapping(String... settings) {
        Map<String, String> all = new HashMap<>(Mapping.DEFAULTS);
        for (String setting : settings) {
            all.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return Objects.requireNonNull(Mapping.parse(all));
    }

    @Test
    void theIssuesExample_isRead_andWrittenAgain() {
        String features = "amount,card.age_days,country:category(16),merchant:hash(64),hour:cyclic(24),vip:boolean,"
                + "when:time(hour,weekday),pixels[784],age?,city:category(DE,\"New York\",\"a,b\")?";
        Mapping mapping = mapping("features=" + features, "label=fraud", "label.classes=no,yes");
        assertThat(mapping.inputs()).isEqualTo(1 + 1 + 16 + 64 + 2 + 1 + 4 + 784 + 2 + 4);
        assertThat(mapping.settings()).containsEntry("features", features.replace("cyclic(24)", "cyclic(24.0)"));
        Map<String, String> again = new HashMap<>(mapping.settings());
        assertThat(Mapping.parse(again)).isEqualTo(mapping);
    }

    @Test
    void withoutFeatures_thereIsNoMapping_andNothingElseOfOneMayBeSet() {
        assertThat(Mapping.parse(Mapping.DEFAULTS)).isNull();
        assertThatThrownBy(() -> mapping("label=fraud"))
                .hasMessageStartingWith("label must be left out without features; got fraud");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    amount               | amount
                    card.age_days        | card.age_days
                    /card/age_days       | card.age_days
                    /petal.length        | /petal.length
                    /a~1b/c~0d           | a/b.c~d
                    /~1a/c               | /~1a/c
                    /items/0/price       | items.0.price
                    sepal length (cm)    | sepal length (cm)
                    """)
    void path_hasOneText(String given, String text) {
        FieldPath path = FieldPath.parse(given);
        assertThat(path.text()).isEqualTo(text);
        assertThat(FieldPath.parse(path.text())).isEqualTo(path);
    }

    @Test
    void nameWithSpecialCharacters_standsInQuotes() {
        Feature feature = Feature.parse("\"sepal length (cm)\":number?");
        assertThat(feature.field().names()).containsExactly("sepal length (cm)");
        assertThat(feature.indicated()).isTrue();
        assertThat(feature.text()).isEqualTo("\"sepal length (cm)\"?");
        Feature odd = new Feature(new FieldPath(List.of("a\"b\\c,d:e")), new FeatureType.Truth(), false);
        assertThat(Feature.parse(odd.text())).isEqualTo(odd);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    a..b                    | every name between the dots of a field must have a character; got a..b
                    a:colour                | the type of a feature must be number, boolean, category(…), hash(N), cyclic(N) or time(…); got colour
                    a:category              | category must list its words, as in category(DE,FR,IT), or say how many inputs it has
                    a:category(1)           | the places of category(N) must be from 2 to 100000; got 1
                    a:category(x,x)         | every word of category(…) must stand once; got [x, x]
                    a:hash(1)               | the inputs of hash(N) must be from 2 to 100000; got 1
                    a:hash(many)            | the brackets of hash(many) must hold a whole number
                    a:cyclic(0)             | the period of cyclic(N) must be greater than 0; got 0
                    a:time()                | time(…) must have some of minute, hour, weekday, day, month, each once
                    a:time(hour,hour)       | time(…) must have some of minute, hour, weekday, day, month, each once; got hour,hour
                    a:time(year)            | a part of time(…) must be one of minute, hour, weekday, day, month; got year
                    a[0]                    | the length of a list of numbers, as in pixels[784], must be from 1 to 100000; got 0
                    a[x]                    | the brackets of a list must hold its length, as in pixels[784]; got [x]
                    a:boolean(1)            | boolean must have nothing in brackets; got boolean(1)
                    a:hash(3                | the type of a feature must end with its bracket; got hash(3
                    "a                      | every quote of a list must be closed
                    a?b                     | a feature must be FIELD, FIELD:TYPE or FIELD[N]; got a?b
                    a,a                     | features must have each feature once; got one twice
                    a[2],a                  | features must have the field of a list once; got more of a
                    label                   | features must not have the label, or there is nothing to learn; got label
                    """)
    void wrongFeatures_areRefused(String features, String message) {
        assertThatThrownBy(() -> mapping("features=" + features))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "label.classes=yes",
                "label.classes=a,a",
                "label.classes.max=1",
                "label.classes.max=x",
                "missing=drop",
                "numbers.in.quotes=maybe",
                "weight=a..b"
            })
    void wrongSetting_isRefused_byItsName(String setting) {
        assertThatThrownBy(() -> mapping("features=a", setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(setting.substring(0, setting.indexOf('=')));
    }

    /** In many a topic a field is called so that is no weight of a sample. */
    @Test
    void fieldOfTheWeight_isNoneByDefault_andNeitherLabelNorFeature() {
        assertThat(mapping("features=a", "label=weight").weight()).isNull();
        assertThatThrownBy(() -> mapping("features=a,w", "weight=w"))
                .hasMessage("weight must be another field than the label and the features; got w; name the field of the"
                        + " samples' weight, or leave the setting out");
        Mapping none = mapping("features=a,weight", "id=");
        assertThat(none.settings()).containsEntry("weight", "").containsEntry("id", "");
        assertThat(Mapping.parse(none.settings())).isEqualTo(none);
    }

    @Test
    void numberInQuotes_isAWordOfACategory_andBlanksAroundANameAreNone() {
        assertThat(Feature.parse("c:category(\"5\")").type()).isEqualTo(new FeatureType.Listed(List.of("5")));
        assertThat(Feature.parse("c:category(\"5\")").text()).isEqualTo("c:category(\"5\")");
        assertThat(Feature.parse("amount : number").field().names()).containsExactly("amount");
        assertThatThrownBy(() -> FieldPath.parse("x".repeat(1001))).hasMessageContaining("at most 1000 characters");
    }

    @Test
    void inputs_haveNames() {
        Mapping mapping =
                mapping("features=amount?,country:category(3),m:hash(2),h:cyclic(24),t:time(month),p[2],b:boolean");
        Vocabulary vocabulary = new Vocabulary(mapping);
        Dictionary countries = vocabulary.dictionaries().get(0);
        countries.restore(List.of("DE".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertThat(mapping.inputNames(vocabulary))
                .containsExactly(
                        "amount",
                        "amount?",
                        "country=DE",
                        "country#1",
                        "country=other",
                        "m#0",
                        "m#1",
                        "h~sin",
                        "h~cos",
                        "t.month~sin",
                        "t.month~cos",
                        "p[0]",
                        "p[1]",
                        "b")
                .hasSize(mapping.inputs());
    }

    @Test
    void predictedClass_isTheLikeliestThatIsKnown() {
        Mapping listed = mapping("features=a", "label.classes=no,yes");
        assertThat(listed.predictedClass(new double[] {0.4}, 2, null)).isEqualTo("no");
        assertThat(listed.predictedClass(new double[] {0.5}, 2, null)).isEqualTo("yes");
        assertThat(listed.predictedClass(new double[] {0.4, 0.6}, 2, null)).isEqualTo("yes");
        Mapping learned = mapping("features=a", "label.classes.max=3");
        Vocabulary vocabulary = new Vocabulary(learned);
        assertThat(learned.predictedClass(new double[] {0.1, 0.2, 0.7}, 0, vocabulary))
                .isNull();
        vocabulary.dictionaries().get(0).restore(List.of(new byte[] {'x'}, new byte[] {'y'}));
        assertThat(learned.predictedClass(new double[] {0.1, 0.2, 0.7}, 2, vocabulary))
                .isEqualTo("y");
        assertThat(mapping("features=a").predictedClass(new double[] {0.4}, 0, null))
                .isNull();
    }
}
