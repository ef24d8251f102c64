package dev.streamgrad.suggest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.encoding.Feature;
import dev.streamgrad.encoding.Mapping;
import dev.streamgrad.learning.SpecSettings;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
    private static final int MANY = 400;

    /** Records of one field and a label that a coin decides. */
    private static Records field(String name, IntFunction<@Nullable Object> value) {
        return records(MANY, i -> {
            Map<String, Object> record = new LinkedHashMap<>();
            Object made = value.apply(i);
            if (made != null) {
                record.put(name, made);
            }
            // Beside it a field that is always used, or what would be left out would be taken back.
            record.put("beside", i * 37 % 101 + 0.5);
            record.put("label", coin(i) ? "yes" : "no");
            return record;
        });
    }

    private static Records records(int count, IntFunction<Map<String, Object>> record) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(record.apply(i));
        }
        return to -> all.forEach(to);
    }

    private static boolean coin(int i) {
        return new Random(i * 31L + 7).nextInt(1000) < 500;
    }

    private static Finding finding(Records records) {
        return Suggestion.of(records, "label", List.of()).findings().stream()
                .filter(finding -> !finding.field().equals("beside"))
                .findFirst()
                .orElseThrow();
    }

    private static String feature(Records records) {
        Feature feature = finding(records).feature();
        return feature == null ? "" : feature.text();
    }

    private static void assertLeftOut(Records records, String reason) {
        Finding finding = finding(records);
        assertThat(finding.feature()).as("%s", finding).isNull();
        assertThat(finding.reason()).contains(reason);
    }

    @Test
    void numbers_areNumbers_withTheirRange() {
        Finding finding = finding(field("amount", i -> (i * 7919 % 1000) / 10.0));
        assertThat(finding.kind()).isEqualTo("number from 0 to 99.9");
        assertThat(finding.feature()).hasToString("Feature[field=amount, type=Quantity[], indicated=false]");
        assertThat(finding.missing()).isZero();
    }

    @Test
    void numbersInQuotes_areNumbers_andSetSo() {
        Suggestion suggestion = Suggestion.of(field("amount", i -> i * 7919 % 1000 + ".5"), "label", List.of());
        assertThat(suggestion.findings().get(0).feature()).isNotNull();
        assertThat(suggestion.settings())
                .containsEntry("numbers.in.quotes", "true")
                .doesNotContainKey("missing");
    }

    @Test
    void gaps_areCountedByWhatStandsForThem_andIndicated() {
        Object[] gaps = {"NA", "?", " ", null, "n/a"};
        Suggestion suggestion = Suggestion.of(
                field("age", i -> i % 20 == 0 ? gaps[i / 20 % gaps.length] : i * 13 % 70), "label", List.of());
        Finding age = suggestion.findings().get(0);
        assertThat(age.feature()).isNotNull();
        assertThat(String.valueOf(age.feature() == null ? "" : age.feature().text()))
                .isEqualTo("age?");
        assertThat(age.gaps()).isEqualTo(Map.of("NA", 4L, "?", 4L, "n/a", 4L));
        assertThat(age.missing()).isEqualTo(20);
        assertThat(age.missingShare()).isEqualTo(0.05);
        assertThat(suggestion.settings()).containsEntry("missing", "mean");
    }

    @Test
    void nullsAndAbsentFields_areMissing() {
        Records records = records(MANY, i -> {
            Map<String, Object> record = new LinkedHashMap<>();
            if (i % 4 > 0) {
                record.put("age", i % 4 == 1 ? null : i * 13 % 70);
            }
            record.put("label", coin(i));
            return record;
        });
        assertThat(finding(records).missing()).isEqualTo(MANY / 2);
    }

    @Test
    void aFewValuesOfAnotherType_areOdd() {
        Finding finding = finding(field("amount", i -> i == 5 ? "twelve" : i * 13 % 70));
        assertThat(finding.odd()).isEqualTo(1);
        assertThat(String.valueOf(
                        finding.feature() == null ? "" : finding.feature().text()))
                .isEqualTo("amount?");
    }

    @Test
    void truths_areBooleans() {
        assertThat(feature(field("vip", i -> i % 3 == 0))).isEqualTo("vip:boolean");
        assertThat(feature(field("vip", i -> i % 3 == 0 ? "Yes" : "no"))).isEqualTo("vip:boolean");
    }

    @Test
    void fewWords_areListed_inQuotesWhereTheyNeedThem() {
        String[] countries = {"DE", "FR", "It, aly", "?"};
        assertThat(feature(field("country", i -> countries[i * 7 % 4])))
                .isEqualTo("country:category(DE,?,\"It, aly\",FR)".replace("?", "\"?\""));
    }

    @Test
    void wordsThatKeepComing_areLearned() {
        assertThat(feature(field("country", i -> "c" + i / 40))).isEqualTo("country:category(14)");
    }

    @Test
    void manyWords_areHashed() {
        assertThat(feature(field("merchant", i -> "m" + i * 7919 % 100))).isEqualTo("merchant:hash(256)");
    }

    @ParameterizedTest
    @CsvSource({
        "hour, 24, hour:cyclic(24.0)",
        "pickup_hour, 24, pickup_hour:cyclic(24.0)",
        "weekday, 7, weekday:cyclic(7.0)",
        "month, 12, month:cyclic(12.0)",
        "minute, 60, minute:cyclic(60.0)",
        "hour, 30, hour",
        "monthly_charges, 12, monthly_charges",
        "hours_studied, 2, hours_studied"
    })
    void whatComesRoundByNameAndRange_isACircle(String name, int period, String feature) {
        assertThat(feature(field(name, i -> i * 31 % period))).isEqualTo(feature);
    }

    @Test
    void moments_becomeThePartsThatVary() {
        assertThat(feature(field("when", i -> String.format("2026-03-%02dT%02d:15:00Z", i % 28 + 1, i * 5 % 24))))
                .isEqualTo("when:time(hour,weekday)");
        assertThat(feature(field("day", i -> String.format("2026-%02d-%02d", i % 12 + 1, i % 28 + 1))))
                .isEqualTo("day:time(weekday,month)");
        assertThat(feature(field("created_at", i -> 1_750_000_000_000L + i * 3_600_000L)))
                .isEqualTo("created_at:time(hour,weekday)");
        assertLeftOut(field("day", i -> i % 2 == 0 ? "2026-03-01" : "2026-03-08"), "no part comes round");
    }

    @Test
    void lists_ofEquallyManyNumbers_areLists() {
        assertThat(feature(field("pixels", i -> List.of(i, 2.5, 3)))).isEqualTo("pixels[3]");
        assertLeftOut(field("pixels", i -> i == 7 ? List.of(1, 2) : List.of(1, 2, 3)), "pixels/0 as a JSON Pointer");
        assertLeftOut(field("tags", i -> List.of("a", "b")), "not all of equally many numbers");
    }

    @Test
    void objects_areFollowed_andNamesWithDotsArePointers() {
        Records records = records(
                MANY,
                i -> Map.of("card", Map.of("age_days", i * 13 % 70), "petal.length", i * 11 % 50, "label", coin(i)));
        assertThat(Suggestion.of(records, "", List.of()).mapping().features())
                .extracting(Feature::text)
                .containsExactlyInAnyOrder("card.age_days", "/petal.length");
        assertThat(feature(field("sepal length (cm)", i -> i * 11 % 50 + 0.5))).isEqualTo("\"sepal length (cm)\"");
    }

    @Test
    void ids_areLeftOut_andSayHowTheyWouldBeUsed() {
        assertLeftOut(field("row", i -> i + 1), "looks like an id: whole numbers that only rise or fall");
        assertLeftOut(field("offset", i -> 9000 - 3 * i), "looks like an id: whole numbers that only rise or fall");
        assertLeftOut(field("customer_id", i -> i * 7919 % 1009), "looks like an id, and nearly all");
        assertLeftOut(field("order", i -> "A-" + i), "looks like an id: all of its values are different");
        assertLeftOut(field("key", i -> new java.util.UUID(i * 7919L, i % 300).toString()), "looks like an id");
        Finding row = finding(field("row", i -> i + 1));
        assertThat(row.alternative()).isNotNull();
        assertThat(PropertiesText.inWords(row)).endsWith("to use it all the same, add to features: row");
    }

    @Test
    void numbersThatNameThings_areWords() {
        assertThat(feature(field("shop_id", i -> i * 7 % 10 + 100)))
                .isEqualTo("shop_id:category(100,107,104,101,108,105,102,109,106,103)");
        assertThat(feature(field("zip", i -> 10_000 + i * 7 % 90))).isEqualTo("zip:hash(256)");
    }

    @Test
    void freeText_isLeftOut() {
        assertLeftOut(field("note", i -> "this is the note number " + i), "free text");
    }

    @Test
    void constants_areLeftOut_unlessTheyAreMarks() {
        assertLeftOut(field("version", i -> 3), "constant");
        assertLeftOut(field("version", i -> "v3"), "constant");
        assertLeftOut(field("nothing", i -> i == 3 ? "NA" : null), "no value");
        assertThat(feature(field("flagged", i -> i % 5 == 0 ? "x" : null))).isEqualTo("flagged:category(x)?");
    }

    @Test
    void wordThatGivesTheClassAway_isALeak() {
        assertLeftOut(
                field("refund", i -> coin(i) ? "sent" : "none"),
                "looks like a leak: alone it is right about 100.0 % of the labels");
    }

    @Test
    void numberThatGivesTheClassAway_isALeak_andOneThatOnlyHelpsIsNot() {
        assertLeftOut(field("score", i -> (coin(i) ? 0.5 : 0.0) + i * 7919 % 499 / 1000.0), "looks like a leak");
        assertThat(feature(field("score", i -> (coin(i) ? 0.3 : 0.0) + i * 7919 % 499 / 1000.0)))
                .isEqualTo("score");
    }

    @Test
    void fieldThatIsThereOnlyForOneClass_isALeak() {
        assertLeftOut(field("boat", i -> coin(i) ? i * 7919 % 17 : null), "looks like a leak");
    }

    @Test
    void numberThatIsTheLabelInAnotherUnit_isALeak_ofARegression() {
        Records records = records(MANY, i -> {
            double price = i * 7919 % 997;
            return Map.of("cents", 100.0 * price + i % 3, "size", price + i * 31 % 400, "price", price);
        });
        Suggestion suggestion = Suggestion.of(records, "price", List.of());
        assertThat(suggestion.findings())
                .filteredOn(finding -> finding.field().equals("cents"))
                .singleElement()
                .satisfies(
                        finding -> assertThat(finding.reason()).contains("its correlation with the label is 1.0000"));
        assertThat(suggestion.mapping().features()).extracting(Feature::text).containsExactly("size");
    }

    @Test
    void leakThatIsAllThereIs_isUsed_andSaid() {
        Records records = records(MANY, i -> Map.of("a", coin(i) ? 2 : 3, "label", coin(i)));
        Suggestion suggestion = Suggestion.of(records, "label", List.of());
        assertThat(suggestion.mapping().features()).extracting(Feature::text).containsExactly("a");
        assertThat(suggestion.remarks())
                .singleElement()
                .asString()
                .startsWith("a is used although it looks like a leak")
                .endsWith("without it nothing would be left to learn from");
    }

    @Test
    void label_isOfClasses_noBeforeYes_numbersBySize_othersAsTheyAppear() {
        assertThat(classes(i -> i % 2 == 0 ? "Yes" : "No")).containsExactly("No", "Yes");
        assertThat(classes(i -> i % 2 == 0)).containsExactly("false", "true");
        assertThat(classes(i -> 3 - i % 3)).containsExactly("1", "2", "3");
        assertThat(classes(i -> i % 2 == 0 ? "good" : "bad")).containsExactly("bad", "good");
        assertThat(classes(i -> i % 3 == 0 ? "setosa" : i % 3 == 1 ? "versicolor" : "virginica"))
                .containsExactly("setosa", "versicolor", "virginica");
        assertThat(classes(i -> i % 2 == 0 ? 1.0 : 2.0)).containsExactly("1.0", "2.0");
    }

    @Test
    void label_isANumber_whereItIsNotWhole_orHasManyValues_orSomeOfThemRarely() {
        assertThat(classes(i -> i % 3 + 0.5)).isEmpty();
        assertThat(classes(i -> i % 21)).isEmpty();
        assertThat(classes(i -> i == 0 ? 9 : i % 3)).isEmpty();
        assertThat(classes(i -> i % 20)).hasSize(20);
        assertThat(classes(i -> i == 0 || i == 1 || i == 2 ? 9 : i % 2)).isEmpty();
    }

    @Test
    void numbersThatAreHardlyEverSeen_besideTwoThatAre_areMistakes() {
        assertThat(classes(i -> i == 0 || i == 7 ? 9 : i % 2)).containsExactly("0", "1");
    }

    private static List<String> classes(IntFunction<Object> label) {
        Records records = records(MANY, i -> Map.of("a", i * 7919 % 997 + 0.5, "label", label.apply(i)));
        return Suggestion.of(records, "", List.of()).classes();
    }

    @Test
    void gapsOfTheLabel_areNoClasses_butRequestsOrDeadLetters() {
        Records records = records(MANY, i -> {
            Map<String, Object> record = new LinkedHashMap<>();
            record.put("a", i * 7919 % 997 + 0.5);
            if (i % 4 > 0) {
                record.put("label", i % 40 == 1 ? "?" : (Object) (i % 2 == 0));
            }
            return record;
        });
        Suggestion suggestion = Suggestion.of(records, "label", List.of());
        assertThat(suggestion.classes()).containsExactly("false", "true");
        assertThat(suggestion.labelInWords())
                .endsWith("missing in 25.0 % of the records, which are then only predicted; something else (?) in 10"
                        + " records, which would become dead letters");
        Rehearsal rehearsal = Rehearsal.of(SpecSettings.parse(suggestion.settings()), records);
        assertThat(rehearsal.requests()).isEqualTo(100);
        assertThat(rehearsal.refused()).isEqualTo(10);
        assertThat(rehearsal.firstReason()).startsWith("label must be one of the classes false,true; got \"?\";");
        assertThat(rehearsal.figures().samples()).isEqualTo(290);
    }

    @Test
    void wrongLabel_isRefused_namingTheFieldsThereAre() {
        Records records = records(50, i -> Map.of("a", i % 7, "b", Map.of("c", "x"), "d", List.of(i)));
        refused(records, "fraud", "--label must be a field of the records; got fraud; there are ", "b.c");
        refused(records, "", "got nothing, and no field is called class, label, outcome, target, y; there are ", "b.c");
        refused(records, "b.c", "--label must be a field with at least two values; b.c is always x; there are ", "a");
        refused(records, "d", "--label must be a field of texts, booleans or numbers; d has lists", "a");
        refused(
                records(1500, i -> Map.of("a", 1, "name", "n" + i)),
                "name",
                "--label must be a number or one of at most 1000 classes; name has 1500 different values",
                "a");
    }

    private static void refused(Records records, String label, String message, String candidate) {
        assertThatThrownBy(() -> Suggestion.of(records, label, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(candidate)
                .message()
                .hasLineCount(1);
    }

    @Test
    void nothingToLearnFrom_isRefused() {
        Records records = records(50, i -> Map.of("a", 7, "label", i % 2));
        assertThatThrownBy(() -> Suggestion.of(records, "label", List.of()))
                .hasMessage("there must be a field besides the label that says something; got a (it is constant)");
        assertThatThrownBy(() -> Suggestion.of(to -> {}, "label", List.of()))
                .hasMessage("there must be records to look at; got none");
    }

    @Test
    void sortedRecords_areToBeShuffled() {
        Records sorted = records(MANY, i -> Map.of("a", i * 7919 % 997 + 0.5, "label", i < MANY / 2));
        assertThat(Suggestion.of(sorted, "label", List.of()).remarks())
                .containsExactly(
                        "the records are sorted by label: they are learned in their order, so shuffle them first");
        assertThat(Suggestion.of(field("a", i -> i % 7), "label", List.of()).remarks())
                .isEmpty();
    }

    @Test
    void onlyTheseFields_areLookedAt() {
        Suggestion suggestion = Suggestion.of(field("a", i -> i % 7), "label", List.of("beside"));
        assertThat(suggestion.findings()).extracting(Finding::field).containsExactly("beside");
    }

    @Test
    void millionCategories_takeBoundedMemory() {
        Records records = to -> {
            for (int i = 0; i < 1_000_000; i++) {
                to.accept(Map.of("name", "n" + i % 900_000, "a", i % 7, "label", i % 2 == 0));
            }
        };
        Finding name = Suggestion.of(records, "label", List.of()).findings().stream()
                .filter(finding -> finding.field().equals("name"))
                .findFirst()
                .orElseThrow();
        assertThat(name.distinct()).isEqualTo(FieldStatistics.MOST_HASHES);
        assertThat(name.reason()).contains("looks like an id");
    }

    @Test
    void propertiesText_isReadBack_asTheSettings_whateverTheNamesAre() throws IOException {
        Records records = records(MANY, i -> {
            Map<String, Object> record = new LinkedHashMap<>();
            record.put("a\"b\\c", i * 11 % 50);
            record.put("größe, (cm)", i % 9 == 0 ? "NA" : "" + i * 7 % 30);
            record.put("x:y=z#!", i * 7 % 3 == 0 ? "one\ntwo" : "\\ 3");
            record.put("id", i);
            record.put("label", coin(i) ? "ja, so" : "nein");
            return record;
        });
        Suggestion suggestion = Suggestion.of(records, "label", List.of());
        List<String> lines = PropertiesText.of(
                suggestion,
                "a topic\nof ours",
                suggestion.settings(),
                List.of(new PropertiesText.Setting("keys", "ignore", "because")));
        Properties read = new Properties();
        read.load(new StringReader(String.join("\n", lines)));
        Map<String, String> settings = new LinkedHashMap<>();
        read.stringPropertyNames().forEach(name -> settings.put(name, read.getProperty(name)));
        assertThat(settings).containsEntry("keys", "ignore");
        settings.remove("keys");
        Map<String, String> all = new LinkedHashMap<>(Mapping.DEFAULTS);
        all.putAll(settings);
        assertThat(Mapping.parse(all)).isEqualTo(suggestion.mapping());
        settings.keySet().removeAll(List.of("features"));
        Map<String, String> expected = new LinkedHashMap<>(suggestion.settings());
        expected.remove("features");
        assertThat(settings).isEqualTo(expected);
        assertThat(lines).allSatisfy(line -> assertThat(line).doesNotContain("\n"));
        assertThat(lines).anySatisfy(line -> assertThat(line).startsWith("#   id: number from 0 to 399; left out: "));
    }
}
