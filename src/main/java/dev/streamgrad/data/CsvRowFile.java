package dev.streamgrad.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A CSV file as rows with named fields. */
final class CsvRowFile extends RowFile {
    private final CsvTable table;
    private final boolean decimalComma;
    private final long size;
    private final long repeatedNames;

    CsvRowFile(Path file, List<String> asked) {
        super(file);
        table = new CsvTable(file, asked);
        long points = 0;
        long commas = 0;
        long names = 0;
        long count = 0;
        try (CsvRows rows = table.open()) {
            for (String[] row = table.firstOf(rows); row != null; row = rows.next()) {
                if (table.isNames(row)) {
                    names++;
                    continue;
                }
                count++;
                for (String value : row) {
                    points += value.indexOf('.') >= 0 && CsvNumber.isNumber(value) ? 1 : 0;
                    commas += CsvNumber.hasDecimalComma(value) ? 1 : 0;
                }
            }
        }
        if (count == 0) {
            throw table.noRows();
        }
        size = count;
        repeatedNames = names;
        // With commas between the values, "1,234" may as well be a thousand.
        decimalComma = table.separator() != ',' && commas > 0 && points == 0;
    }

    @Override
    public List<String> columns() {
        return table.columns();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>(table.remarks());
        if (decimalComma) {
            remarks.add(file() + " writes numbers with a decimal comma: 1,5 is read as 1.5");
        }
        if (repeatedNames > 0) {
            remarks.add(file() + " has the row of names " + repeatedNames
                    + (repeatedNames == 1 ? " more time" : " more times") + " between its rows: they are left out");
        }
        return remarks;
    }

    @Override
    Rows open() {
        CsvRows rows = table.open();
        return new Rows() {
            private boolean begun;

            @Override
            public @Nullable Row next() {
                String[] row = begun ? rows.next() : table.firstOf(rows);
                begun = true;
                while (row != null && table.isNames(row)) {
                    row = rows.next();
                }
                return row == null ? null : row(row);
            }

            @Override
            public void close() {
                rows.close();
            }
        };
    }

    private Row row(String[] values) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            if (!values[i].isEmpty()) {
                fields.put(table.columns().get(i), CsvNumber.typed(values[i], decimalComma));
            }
        }
        return new Row(fields, null);
    }
}
