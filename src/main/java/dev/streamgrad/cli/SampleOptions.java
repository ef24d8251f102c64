package dev.streamgrad.cli;

import dev.streamgrad.data.CsvSource;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.SampleSource;
import dev.streamgrad.nn.NumpyRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where samples come from: a generator or a CSV file. What {@code produce} and {@code demo} have in common. */
final class SampleOptions {
    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            completionCandidates = DatasetNames.class,
            description = "One of ${COMPLETION-CANDIDATES} (default: xor).")
    private @Nullable String dataset;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "42",
            description = "The generator's seed: the same seed gives the same samples (default: 42).")
    private long seed;

    @Option(
            names = "--flip-at",
            paramLabel = "N",
            description = "From sample N on, replace every label y with 1 - y, so that what was right becomes wrong.")
    private @Nullable Long flipAt;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description =
                    "Read samples from a CSV file, whose first row names the columns, instead of generating them.")
    private @Nullable Path csv;

    @Option(
            names = "--label-column",
            paramLabel = "NAME",
            description = "The column of the CSV file that holds the label (default: the last).")
    private @Nullable String labelColumn;

    @Option(
            names = "--features-columns",
            paramLabel = "NAME",
            split = ",",
            description = "The columns of the CSV file that hold the features, in order (default: all the others).")
    private List<String> featuresColumns = new ArrayList<>();

    /** What is wrong with the options, in one line; empty if nothing is. */
    String fault() {
        if (dataset != null
                && Arrays.stream(Dataset.values()).noneMatch(known -> known.id().equals(dataset))) {
            return "--dataset must be one of "
                    + Arrays.stream(Dataset.values()).map(Dataset::id).collect(Collectors.joining(", ")) + "; got "
                    + dataset;
        }
        if (dataset != null && csv != null) {
            return "--dataset and --csv cannot be used together; choose one";
        }
        if (csv == null && (labelColumn != null || !featuresColumns.isEmpty())) {
            return "--label-column and --features-columns are for --csv FILE; got no file";
        }
        if (flipAt != null && flipAt < 0) {
            return "--flip-at must be at least 0; got " + flipAt;
        }
        return seed < 0 || seed > NumpyRandom.MAX_SEED
                ? "--seed must be from 0 to " + NumpyRandom.MAX_SEED + "; got " + seed
                : "";
    }

    /** The generator; null if the samples come from a file. */
    @Nullable
    Dataset dataset() {
        return csv != null ? null : Dataset.of(dataset == null ? Dataset.XOR.id() : dataset);
    }

    /**
     * The name that stands for the samples where a model has no other: the dataset's, or the file's without its ending.
     */
    String name() {
        Dataset chosen = dataset();
        return chosen != null
                ? chosen.id()
                : String.valueOf(csv == null ? "" : csv.getFileName()).replaceFirst("\\.[^.]*$", "");
    }

    /**
     * How many features a sample has.
     *
     * @throws IllegalArgumentException as {@link #open}
     */
    int features() {
        Dataset chosen = dataset();
        if (chosen != null) {
            return chosen.samples(seed).next().features().size();
        }
        try (CsvSource file = file()) {
            return file.features().size();
        }
    }

    private CsvSource file() {
        if (csv == null) {
            throw new IllegalStateException("neither a dataset nor a file");
        }
        return new CsvSource(csv, labelColumn, featuresColumns);
    }

    /**
     * The samples, from the first.
     *
     * @throws IllegalArgumentException if the file cannot be used; the message says why
     */
    SampleSource open() {
        Dataset chosen = dataset();
        SampleSource source = chosen != null ? chosen.samples(seed) : file();
        return flipAt == null ? source : source.flippedFrom(flipAt);
    }

    /** The names of the datasets, for the help text. */
    static final class DatasetNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Dataset.values()).map(Dataset::id).iterator();
        }
    }
}
