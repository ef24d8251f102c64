package dev.streamgrad.audit;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the audit has found about one model.
 *
 * @param model its name
 * @param partition the partition of the samples topic that holds its history
 * @param from the version from which it was trained again: 0, or that of a snapshot if older samples are gone
 * @param checked how many snapshots agree
 * @param last the version of the last of them
 * @param mismatch the first disagreement, in one line; null if there is none
 */
public record Finding(
        String model,
        int partition,
        long from,
        long checked,
        long last,
        @Nullable String mismatch) {

    /** Whether all snapshots agree. */
    public boolean isGood() {
        return mismatch == null;
    }

    /** One line for a person. */
    @Override
    public String toString() {
        String start =
                from == 0 ? "from version 0" : String.format(Locale.ROOT, "from the snapshot of version %,d", from);
        return isGood()
                ? String.format(
                        Locale.ROOT,
                        "%s: ok, %,d snapshots agree, the last of version %,d, trained again %s",
                        model,
                        checked,
                        last,
                        start)
                : String.format(
                        Locale.ROOT,
                        "%s: MISMATCH %s; %,d snapshots before it agree, trained again %s",
                        model,
                        mismatch,
                        checked,
                        start);
    }
}
