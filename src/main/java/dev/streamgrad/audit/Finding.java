package dev.streamgrad.audit;

import java.util.Locale;

/**
 * What the audit has found about one model.
 *
 * @param model its name
 * @param partition the partition of the samples topic that holds its history
 * @param verdict whether its snapshots agree
 * @param from the version from which it was trained again: 0, or that of a snapshot if older samples are gone
 * @param checked how many snapshots agree
 * @param last the version of the last of them
 * @param text what is wrong, or what is missing, or what else there is to say, in one line; may be empty
 */
public record Finding(String model, int partition, Verdict verdict, long from, long checked, long last, String text) {

    /** The outcomes. */
    public enum Verdict {
        /** Every snapshot that was looked at agrees, and there was at least one. */
        AGREES,
        /** A snapshot says something else than the samples give. */
        MISMATCH,
        /** There was nothing to compare, or what decides it is not known. */
        NOT_VERIFIED
    }

    /** Whether all snapshots agree. */
    public boolean isGood() {
        return verdict == Verdict.AGREES;
    }

    /** One line for a person. */
    @Override
    public String toString() {
        String start =
                from == 0 ? "from version 0" : String.format(Locale.ROOT, "from the snapshot of version %,d", from);
        return switch (verdict) {
            case AGREES ->
                String.format(
                        Locale.ROOT,
                        "%s: ok, %,d %s, the last of version %,d, trained again %s%s",
                        model,
                        checked,
                        checked == 1 ? "snapshot agrees" : "snapshots agree",
                        last,
                        start,
                        text.isEmpty() ? "" : "; " + text);
            case MISMATCH ->
                String.format(
                        Locale.ROOT,
                        "%s: MISMATCH %s; %,d snapshots before it agree, trained again %s",
                        model,
                        text,
                        checked,
                        start);
            case NOT_VERIFIED -> String.format(Locale.ROOT, "%s: NOT VERIFIED: %s", model, text);
        };
    }
}
