package dev.streamgrad.data;

import dev.streamgrad.records.Sample;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The rows of a CSV file as samples, as often as is wanted; closes the file at its end. */
final class CsvSource implements SampleSource {
    private final CsvFile file;
    private int passesLeft;
    private @Nullable CsvRows rows;
    private String @Nullable [] next;

    CsvSource(CsvFile file, int passes) {
        this.file = file;
        this.passesLeft = passes;
        advance();
    }

    private void advance() {
        CsvRows current = rows;
        next = current == null ? null : current.next();
        if (next == null && current != null) {
            current.close();
            rows = null;
        }
        if (next == null && passesLeft > 0) {
            passesLeft--;
            CsvRows again = file.table().open();
            rows = again;
            next = file.table().firstOf(again);
        }
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public Sample next() {
        String[] row = next;
        if (row == null) {
            throw new NoSuchElementException("the file has ended");
        }
        CsvRows current = rows;
        Sample sample = file.sample(row, current == null ? 0 : current.row());
        advance();
        return sample;
    }
}
