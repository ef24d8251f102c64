package dev.streamgrad;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What each package may not know. A package imports only those below it. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.streamgrad");

    /** Every package, and those it may import. */
    private static final Map<String, List<String>> MAY_IMPORT = Map.ofEntries(
            Map.entry("nn", List.of()),
            Map.entry("json", List.of()),
            // Of JSON these two know only how a double is written.
            Map.entry("encoding", List.of("nn", "json")),
            Map.entry("learning", List.of("encoding", "nn", "json")),
            Map.entry("records", List.of("learning", "encoding", "nn", "json")),
            Map.entry("control", List.of("records", "learning", "json")),
            Map.entry("exchange", List.of("records", "learning", "encoding", "nn", "json")),
            Map.entry("data", List.of("records", "json", "nn")),
            Map.entry("lesson", List.of("data", "records", "learning", "encoding", "nn")),
            Map.entry("settings", List.of("records", "learning", "encoding", "nn")),
            Map.entry("formats", List.of("settings", "records", "json")),
            Map.entry("suggest", List.of("settings", "records", "learning", "encoding", "nn", "json")),
            Map.entry("cluster", List.of("settings")),
            Map.entry(
                    "stream",
                    List.of(
                            "replay",
                            "control",
                            "formats",
                            "cluster",
                            "settings",
                            "records",
                            "learning",
                            "nn",
                            "json")),
            Map.entry(
                    "app",
                    List.of("replay", "stream", "control", "formats", "cluster", "settings", "records", "learning")),
            Map.entry("broker", List.of()),
            Map.entry("replay", List.of("control", "settings", "records", "learning")),
            Map.entry("audit", List.of("replay", "formats", "settings", "records", "learning")),
            Map.entry("travel", List.of("control", "replay", "formats", "settings", "records", "learning")),
            Map.entry(
                    "bench",
                    List.of("app", "stream", "cluster", "settings", "data", "records", "learning", "encoding", "nn")),
            Map.entry("metrics", List.of("control", "app", "stream", "settings", "records", "learning")),
            Map.entry(
                    "http",
                    List.of(
                            "control",
                            "metrics",
                            "app",
                            "replay",
                            "stream",
                            "cluster",
                            "settings",
                            "exchange",
                            "records",
                            "learning",
                            "encoding",
                            "nn",
                            "json")),
            Map.entry(
                    "cli",
                    List.of(
                            "http",
                            "metrics",
                            "audit",
                            "travel",
                            "replay",
                            "suggest",
                            "formats",
                            "stream",
                            "bench",
                            "app",
                            "stream",
                            "cluster",
                            "settings",
                            "broker",
                            "lesson",
                            "data",
                            "control",
                            "exchange",
                            "records",
                            "learning",
                            "encoding",
                            "nn")));

    @Test
    void mathematics_knowOfJson_onlyHowADoubleIsWritten() {
        noClasses()
                .that()
                .resideInAnyPackage(named("learning"), named("encoding"))
                .should()
                .dependOnClassesThat(resideInAPackage(named("json")).and(not(simpleName("ShortestDecimal"))))
                .check(CLASSES);
    }

    @Test
    void packages_importOnlyThoseToTheirRight() {
        MAY_IMPORT.forEach((name, allowed) -> {
            String[] others = MAY_IMPORT.keySet().stream()
                    .filter(other -> !other.equals(name) && !allowed.contains(other))
                    .map(ArchitectureTest::named)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(named(name))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(CLASSES);
        });
    }

    private static String named(String name) {
        return "dev.streamgrad." + name + "..";
    }

    @Test
    void everyPackage_isKnownHere() {
        assertThat(CLASSES.stream().map(c -> c.getPackageName().replaceFirst("^dev\\.streamgrad\\.", "")))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(MAY_IMPORT).containsKey(name));
    }

    @Test
    void mathematics_knowNoKafka_noJson_noInputAndOutput_noClock() {
        ArchRule rule = noClasses()
                .that()
                .resideInAnyPackage(named("nn"), named("learning"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.kafka..",
                        "com.fasterxml..",
                        "java.io..",
                        "java.nio..",
                        "java.time..",
                        "org.slf4j..");
        rule.check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(named("nn"), named("encoding"), named("learning"), named("records"))
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Math.class, "random")
                .check(CLASSES);
    }

    /**
     * Of Math, what is exact by its specification, and so the same on every JVM; Commons Math's FastMath has the rest.
     * {@link Math#pow} and the like may differ in the last bit.
     */
    private static final Set<String> EXACT =
            Set.of("abs", "ceil", "max", "min", "multiplyHigh", "rint", "round", "signum", "sqrt", "toIntExact");

    @Test
    void ofMath_onlyWhatIsExactIsUsed() {
        List<JavaAccess<?>> accesses = CLASSES.stream()
                .<JavaAccess<?>>flatMap(c -> c.getAccessesFromSelf().stream())
                .filter(access -> access.getTargetOwner().isEquivalentTo(Math.class)
                        || access.getTargetOwner().isEquivalentTo(StrictMath.class))
                .toList();
        assertThat(accesses.stream().map(JavaAccess::getName)).contains("sqrt", "max");
        assertThat(accesses)
                .filteredOn(access -> !EXACT.contains(access.getName()))
                .extracting(JavaAccess::getDescription)
                .isEmpty();
    }

    @Test
    void internalsOfKafkaStreams_areKnownToOneClass() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.PreCommitStore(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.kafka.streams.state.internals..", "org.apache.kafka.streams.processor.internals..")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage(named("cli"))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .check(CLASSES);
    }

    @Test
    void everyPackage_isNullMarked() {
        classes()
                .that()
                .haveSimpleName("package-info")
                .should()
                .beAnnotatedWith(NullMarked.class)
                .check(CLASSES);
        assertThat(CLASSES.stream().filter(c -> c.getSimpleName().equals("package-info")))
                .hasSize(MAY_IMPORT.size());
    }
}
