package dev.streamgrad.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;

/**
 * Where a schema registry is, and how it is reached.
 *
 * @param urls its addresses, of which at least one is there, without a slash at the end
 * @param basicAuth user and password with a colon between them
 * @param tls Kafka's own settings {@code ssl.*} that are set; empty is what Java trusts, and no key
 */
public record RegistryAccess(List<URI> urls, Optional<Password> basicAuth, Map<String, Object> tls) {
    private static final List<String> TLS = List.of(
            SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
            SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG,
            SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
            SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG,
            SslConfigs.SSL_KEY_PASSWORD_CONFIG);

    /** Copies. */
    public RegistryAccess {
        urls = List.copyOf(urls);
        tls = Map.copyOf(tls);
    }

    /**
     * Reads the settings {@code schema.registry.*}; empty if there is no address among them.
     *
     * @throws SettingsException for the first thing that is wrong
     */
    static Optional<RegistryAccess> of(Map<String, Object> values) {
        List<URI> urls = new ArrayList<>();
        for (String url :
                String.valueOf(values.get(SettingsDefinition.REGISTRY_URL)).split(",", -1)) {
            if (!url.isBlank()) {
                urls.add(url(url.strip()));
            }
        }
        String auth = text(values, SettingsDefinition.REGISTRY_AUTH);
        if (!auth.isEmpty() && !auth.contains(":")) {
            throw new SettingsException(SettingsDefinition.REGISTRY_AUTH
                    + " must be USER:PASSWORD; got something without a colon, which is not shown; write it as in"
                    + " learner:secret");
        }
        Map<String, Object> tls = new TreeMap<>();
        for (String key : TLS) {
            if (!text(values, SettingsDefinition.REGISTRY_PREFIX + key).isEmpty()) {
                tls.put(key, values.get(SettingsDefinition.REGISTRY_PREFIX + key));
            }
        }
        if (!tls.isEmpty()) {
            for (String type : List.of(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, SslConfigs.SSL_KEYSTORE_TYPE_CONFIG)) {
                tls.put(type, values.get(SettingsDefinition.REGISTRY_PREFIX + type));
            }
        }
        return urls.isEmpty()
                ? Optional.empty()
                : Optional.of(new RegistryAccess(
                        urls, auth.isEmpty() ? Optional.empty() : Optional.of(new Password(auth)), tls));
    }

    private static String text(Map<String, Object> values, String key) {
        return values.get(key) instanceof Password password ? password.value() : String.valueOf(values.get(key));
    }

    private static URI url(String text) {
        try {
            URI url = new URI(text.replaceFirst("/+$", ""));
            if (url.getRawUserInfo() != null) {
                throw new SettingsException(SettingsDefinition.REGISTRY_URL
                        + " must not hold a user or password; got one, which is not shown; set "
                        + SettingsDefinition.REGISTRY_AUTH);
            }
            if (url.getHost() != null
                    && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            if (text.contains("@")) {
                throw new SettingsException(SettingsDefinition.REGISTRY_URL
                        + " must be an address; got something with an @, which is not shown; write it as in"
                        + " http://localhost:8081");
            }
        }
        throw new SettingsException(SettingsDefinition.REGISTRY_URL
                + " must be addresses that begin with http:// or https://, separated by commas; got " + text
                + "; write it as in http://localhost:8081");
    }
}
