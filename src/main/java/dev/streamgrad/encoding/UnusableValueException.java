package dev.streamgrad.encoding;

/** A field of a record has no value that its feature can take. Without a stack trace: that is an ordinary case. */
public final class UnusableValueException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final String rule;
    private final String got;
    private final String remedy;

    UnusableValueException(FieldPath field, String rule, String got, String remedy) {
        super(null, null, false, false);
        this.field = field.text();
        this.rule = rule;
        this.got = got;
        this.remedy = remedy;
    }

    /** The field. */
    public String field() {
        return field;
    }

    /** What it must be. */
    public String rule() {
        return rule;
    }

    /** What it is instead: as it came, of any length and with any character. */
    public String got() {
        return got;
    }

    /** What to do. */
    public String remedy() {
        return remedy;
    }

    @Override
    public String getMessage() {
        return field + " must be " + rule + "; got " + got + "; " + remedy;
    }
}
