package dev.streamgrad;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * The PrometheusRule of {@code k8s/components/monitoring}, made from the alert rules that Prometheus itself reads:
 * kustomize cannot put a file's YAML into a resource. The {@code main} writes it, from the root of the checkout.
 */
final class PrometheusRuleFile {
    static final Path RULES = Path.of("grafana/alerts/streamgrad.rules.yml");
    static final Path RESOURCE = Path.of("k8s/components/monitoring/prometheus-rule.yaml");

    private static final String HEAD = """
            # Made from %s by the main of PrometheusRuleFile, checked by KubernetesTest.
            apiVersion: monitoring.coreos.com/v1
            kind: PrometheusRule
            metadata:
              name: streamgrad
              labels:
                app.kubernetes.io/name: streamgrad
            spec:
            """;

    private PrometheusRuleFile() {}

    /** What the resource's file has to be: the rules, indented under {@code spec}. */
    static String make() throws IOException {
        return HEAD.formatted(RULES)
                + Files.readString(RULES)
                        .lines()
                        .map(line -> line.isEmpty() ? "\n" : "  " + line + "\n")
                        .collect(Collectors.joining());
    }

    public static void main(String[] args) throws IOException {
        Files.writeString(RESOURCE, make());
    }
}
