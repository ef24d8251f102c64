package dev.streamgrad.cli;

import dev.streamgrad.data.CsvFile;
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
                    "Read samples from a CSV file instead of generating them. Its first row names the columns, unless all of it"
                            + " are numbers; a label may be a number or the name of a class.")
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

    @Option(names = "--passes", paramLabel = "N", description = "Go through the CSV file so often (default: 1).")
    private @Nullable Integer passes;

    private @Nullable CsvFile file;

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
        if (passes != null && (csv == null || passes < 1)) {
            return "--passes must be at least 1 and is for --csv FILE; got "
                    + (csv == null ? "no file" : passes.toString());
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
     * @throws IllegalArgumentException as {@link #file}
     */
    int features() {
        CsvFile chosen = file();
        return chosen != null
                ? chosen.features().size()
                : Dataset.of(name()).samples(seed).next().features().size();
    }

    /**
     * The file, which is read once from end to end; null if the samples come from a generator.
     *
     * @throws IllegalArgumentException if it cannot be used; the message says why
     */
    @Nullable
    CsvFile file() {
        if (file == null && csv != null) {
            CsvFile read = new CsvFile(csv, labelColumn, featuresColumns);
            if (flipAt != null && read.classes().size() > 2) {
                throw new IllegalArgumentException("--flip-at must be left out with more than two classes; got "
                        + read.classes().size());
            }
            file = read;
        }
        return file;
    }

    /** How often to go through the file. */
    int passes() {
        return passes == null ? 1 : passes;
    }

    /**
     * The samples, from the first.
     *
     * @throws IllegalArgumentException as {@link #file}
     */
    SampleSource open() {
        CsvFile chosen = file();
        SampleSource source =
                chosen != null ? chosen.samples(passes()) : Dataset.of(name()).samples(seed);
        return flipAt == null ? source : source.flippedFrom(flipAt);
    }

    /** How many samples {@link #open} has; 0 if they do not end. */
    long size() {
        CsvFile chosen = file();
        return chosen == null ? 0 : chosen.samples() * passes();
    }

    /** The names of the datasets, for the help text. */
    static final class DatasetNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Dataset.values()).map(Dataset::id).iterator();
        }
    }
}
