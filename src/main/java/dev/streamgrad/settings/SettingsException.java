package dev.streamgrad.settings;

/** A wrong setting. The message is one line: setting, rule, value, remedy. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With its one line. */
    public SettingsException(String message) {
        super(message);
    }
}
