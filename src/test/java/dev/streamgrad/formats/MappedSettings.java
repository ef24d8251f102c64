package dev.streamgrad.formats;

import dev.streamgrad.settings.Settings;
import java.util.HashMap;
import java.util.Map;

/** Settings with the mapping that every format but JSON must have. What it maps does not matter to a format. */
final class MappedSettings {
    private MappedSettings() {}

    static Settings of(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("features", "amount,country:category(4)");
        settings.put("layers", "*,1");
        return Settings.of(settings);
    }
}
