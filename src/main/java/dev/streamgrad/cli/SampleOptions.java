package dev.streamgrad.cli;

import dev.streamgrad.data.CsvFile;
import dev.streamgrad.data.Dataset;
import dev.streamgrad.data.Row;
import dev.streamgrad.data.RowFile;
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

/** Where samples come from: a generator or a file. What {@code produce} and {@code demo} have in common. */
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
                    "Take the rows of a CSV file instead of generating samples. Its first row names the columns, unless it"
                            + " looks like values; values are numbers, true, false or texts.")
    private @Nullable Path csv;

    @Option(
            names = "--jsonl",
            paramLabel = "FILE",
            description = "Take the lines of a file, each a JSON object, instead of generating samples.")
    private @Nullable Path jsonl;

    @Option(
            names = {"--label", "--label-column"},
            paramLabel = "NAME",
            description = "The column or field of the file that holds the label (default: the last column).")
    private @Nullable String label;

    @Option(
            names = "--features-columns",
            paramLabel = "NAME",
            split = ",",
            description = "The columns of the CSV file that hold the features, in order (default: all the others).")
    private List<String> featuresColumns = new ArrayList<>();

    @Option(names = "--passes", paramLabel = "N", description = "Go through the file so often (default: 1).")
    private @Nullable Integer passes;

    private @Nullable RowFile rows;
    private @Nullable CsvFile arrays;

    /** What is wrong with the options, in one line; empty if nothing is. */
    String fault() {
        if (dataset != null
                && Arrays.stream(Dataset.values()).noneMatch(known -> known.id().equals(dataset))) {
            return "--dataset must be one of "
                    + Arrays.stream(Dataset.values()).map(Dataset::id).collect(Collectors.joining(", ")) + "; got "
                    + dataset;
        }
        if ((dataset != null && isOfFile()) || (csv != null && jsonl != null)) {
            return "--dataset, --csv and --jsonl cannot be used together; choose one";
        }
        if (!isOfFile() && (label != null || !featuresColumns.isEmpty())) {
            return "--label and --features-columns are for --csv FILE and --jsonl FILE; got no file";
        }
        if (jsonl != null && !featuresColumns.isEmpty()) {
            return "--features-columns is for --csv FILE; got --jsonl; leave it out";
        }
        if (passes != null && (!isOfFile() || passes < 1)) {
            return "--passes must be at least 1 and is for --csv FILE and --jsonl FILE; got "
                    + (isOfFile() ? passes.toString() : "no file");
        }
        if (flipAt != null && flipAt < 0) {
            return "--flip-at must be at least 0; got " + flipAt;
        }
        return seed < 0 || seed > NumpyRandom.MAX_SEED
                ? "--seed must be from 0 to " + NumpyRandom.MAX_SEED + "; got " + seed
                : "";
    }

    /** Whether the samples come from a file. */
    boolean isOfFile() {
        return csv != null || jsonl != null;
    }

    /** Whether that is a CSV file. */
    boolean isCsv() {
        return csv != null;
    }

    /** The generator; null if the samples come from a file. */
    @Nullable
    Dataset dataset() {
        return isOfFile() ? null : Dataset.of(dataset == null ? Dataset.XOR.id() : dataset);
    }

    /**
     * The name that stands for the samples where a model has no other: the dataset's, or the file's without its ending.
     */
    String name() {
        Path file = csv == null ? jsonl : csv;
        return file != null
                ? String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "")
                : dataset == null ? Dataset.XOR.id() : dataset;
    }

    /**
     * The file as rows with named fields; null if the samples come from a generator. It is read once from end to end.
     *
     * @throws IllegalArgumentException if it cannot be used; the message says why
     */
    @Nullable
    RowFile rowFile() {
        if (rows == null && csv != null) {
            List<String> asked = new ArrayList<>(featuresColumns);
            if (label != null) {
                asked.add(label);
            }
            RowFile read = RowFile.csv(csv, asked);
            requireColumns(read, asked);
            rows = read;
        } else if (rows == null && jsonl != null) {
            rows = RowFile.jsonLines(jsonl);
        }
        return rows;
    }

    static void requireColumns(RowFile file, List<String> asked) {
        List<String> missing =
                asked.stream().filter(name -> !file.columns().contains(name)).toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(file.file() + " must have the columns " + String.join(", ", missing)
                    + "; it has " + String.join(", ", file.columns()));
        }
    }

    /**
     * The CSV file as samples of numbers; null if there is none. It is read once from end to end.
     *
     * @throws IllegalArgumentException if it cannot be used; the message says why
     */
    @Nullable
    CsvFile arrays() {
        if (arrays == null && csv != null) {
            CsvFile read = new CsvFile(csv, label, featuresColumns);
            if (flipAt != null && read.classes().size() > 2) {
                throw new IllegalArgumentException("--flip-at must be left out with more than two classes; got "
                        + read.classes().size());
            }
            arrays = read;
        }
        return arrays;
    }

    /** The label of a file, as it was given, or its last column; empty if it has no columns. */
    String labelOf(RowFile file) {
        return label != null
                ? label
                : file.columns().isEmpty()
                        ? ""
                        : file.columns().get(file.columns().size() - 1);
    }

    /** The columns of the features, as they were given; empty is all but the label's. */
    List<String> featuresColumns() {
        return featuresColumns;
    }

    /** How often to go through the file. */
    int passes() {
        return passes == null ? 1 : passes;
    }

    /**
     * The rows of the file, from the first.
     *
     * @throws IllegalArgumentException as {@link #rowFile}, and if there is no file
     */
    Iterator<Row> openRows() {
        RowFile file = rowFile();
        if (file == null) {
            throw new IllegalArgumentException("--csv FILE or --jsonl FILE must be given; got neither");
        }
        if (flipAt == null) {
            return file.rows(passes());
        }
        String flipped = labelOf(file);
        if (flipped.isEmpty()) {
            throw new IllegalArgumentException("--flip-at needs the label of " + file.file() + "; add --label NAME");
        }
        return file.rowsFlippedFrom(flipAt, flipped, passes());
    }

    /**
     * The samples of numbers, from the first: the generator's or the CSV file's.
     *
     * @throws IllegalArgumentException as {@link #arrays}
     */
    SampleSource openSamples() {
        CsvFile chosen = arrays();
        SampleSource source =
                chosen != null ? chosen.samples(passes()) : Dataset.of(name()).samples(seed);
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
