package dev.streamgrad.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which release this program is. */
public final class Release {
    private Release() {}

    /** Its number, such as {@code 1.2.0}; {@code unknown} where the build has not said it. */
    public static String number() {
        Properties properties = new Properties();
        try (InputStream in = Release.class.getResourceAsStream("/streamgrad.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "unknown");
    }
}
