package dev.streamgrad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.streamgrad.broker.EmbeddedBroker;
import dev.streamgrad.cluster.Progress;
import dev.streamgrad.cluster.Topics;
import dev.streamgrad.settings.Settings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMetricsEndpoint;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.kafka.listener.GenericKafkaListener;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What is in {@code k8s}: every overlay and component builds, every resource is what its type allows, and what it says
 * of the application is so. Needs {@code kubectl}, but no cluster.
 */
class KubernetesTest {
    private static final Path FOLDER = Path.of("k8s");
    private static final String ENVIRONMENT_PREFIX = "STREAMGRAD_";

    /** MiB: what RocksDB takes for a partition by Kafka Streams' defaults, and what a JVM takes beside its heap. */
    private static final long ROCKSDB = 50 + 3 * 16;

    private static final long JVM = 256;

    /** By name: the overlays, and each component alone upon the base. */
    private static final Map<String, Manifests> BUILT = new TreeMap<>();

    @BeforeAll
    static void build() throws Exception {
        assumeTrue(Manifests.canBeBuilt(), "kubectl is needed");
        BUILT.put("base", Manifests.of(FOLDER.resolve("base")));
        for (Path overlay : foldersIn("overlays")) {
            BUILT.put(overlay.getFileName().toString(), Manifests.of(overlay));
        }
        for (Path component : foldersIn("components")) {
            String name = component.getFileName().toString();
            BUILT.put("base and " + name, Manifests.of(overlayOf(name)));
        }
    }

    private static List<Path> foldersIn(String folder) throws IOException {
        try (Stream<Path> folders = Files.list(FOLDER.resolve(folder))) {
            return folders.sorted().toList();
        }
    }

    /** Kustomize takes only relative paths, so this is in the checkout, too. */
    private static Path overlayOf(String component) throws IOException {
        Path overlay = Files.createDirectories(Path.of("target/kustomize", component));
        Files.writeString(overlay.resolve("kustomization.yaml"), """
                resources: [../../../k8s/base]
                components: [../../../k8s/components/%s]
                """.formatted(component));
        return overlay;
    }

    private static Manifests built(String name) {
        return Optional.ofNullable(BUILT.get(name)).orElseThrow();
    }

    private static void forEach(BiConsumer<String, Manifests> check) {
        assertThat(BUILT)
                .containsKeys("dev", "prod", "base and monitoring", "base and scaling", "base and kafka")
                .allSatisfy(check);
    }

    @Test
    void everyUnknownField_isFound() {
        Set<String> free = new TreeSet<>();
        int tried = 0;
        for (Manifests manifests : BUILT.values()) {
            for (JsonNode tree : manifests.trees()) {
                tried += addUnknownFields(tree, tree, "", free);
            }
        }
        assertThat(tried).isGreaterThan(500);
        // Maps, in which every key is one of the user's.
        assertThat(free)
                .containsExactlyInAnyOrder(
                        "annotations",
                        "config",
                        "data",
                        "labels",
                        "limits",
                        "matchLabels",
                        "metadata",
                        "requests",
                        "selector");
    }

    private static int addUnknownFields(JsonNode root, JsonNode node, String name, Set<String> free) {
        int tried = 0;
        if (node instanceof ObjectNode object) {
            object.put("unknwon", "1");
            try {
                Manifests.parse(root);
                free.add(name);
            } catch (JsonProcessingException e) {
                tried++;
            } finally {
                object.remove("unknwon");
            }
            for (Map.Entry<String, JsonNode> property : object.properties()) {
                tried += addUnknownFields(root, property.getValue(), property.getKey(), free);
            }
        }
        for (JsonNode element : node.isArray() ? node : List.<JsonNode>of()) {
            tried += addUnknownFields(root, element, name, free);
        }
        return tried;
    }

    private static PodSpec pod(Manifests manifests) {
        return manifests.only(StatefulSet.class).getSpec().getTemplate().getSpec();
    }

    private static Container learner(Manifests manifests) {
        return pod(manifests).getContainers().stream()
                .filter(container -> container.getName().equals("streamgrad"))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Container> containers(PodSpec pod) {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
    }

    private static Map<String, String> settingsOfTheFile(Manifests manifests, Container container) {
        List<String> args = container.getArgs();
        Path file = Path.of(args.get(args.indexOf("--config") + 1));
        VolumeMount mount = container.getVolumeMounts().stream()
                .filter(m -> Path.of(m.getMountPath()).equals(file.getParent()))
                .findFirst()
                .orElseThrow();
        String configMap =
                volume(pod(manifests), mount.getName()).getConfigMap().getName();
        String text = manifests.all(ConfigMap.class).stream()
                .filter(map -> map.getMetadata().getName().equals(configMap))
                .findFirst()
                .orElseThrow()
                .getData()
                .get(file.getFileName().toString());
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
        return settings;
    }

    private static Volume volume(PodSpec pod, String name) {
        return pod.getVolumes().stream()
                .filter(volume -> volume.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> settingsOfTheEnvironment(Container container) {
        Map<String, String> environment = new HashMap<>();
        for (EnvVar variable : container.getEnv()) {
            environment.put(variable.getName(), valueOf(variable, environment));
        }
        Map<String, String> settings = new HashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT_PREFIX)) {
                settings.put(
                        name.substring(ENVIRONMENT_PREFIX.length())
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '.'),
                        value);
            }
        });
        return settings;
    }

    /** A variable's value in the first pod; $(NAME) is only replaced where NAME stands before. */
    private static String valueOf(EnvVar variable, Map<String, String> before) {
        if (variable.getValueFrom() == null) {
            String value = variable.getValue();
            for (Map.Entry<String, String> other : before.entrySet()) {
                value = value.replace("$(" + other.getKey() + ")", other.getValue());
            }
            return value;
        }
        if (variable.getValueFrom().getFieldRef() != null) {
            return switch (variable.getValueFrom().getFieldRef().getFieldPath()) {
                case "metadata.name" -> "streamgrad-0";
                case "metadata.namespace" -> "somewhere";
                default -> throw new AssertionError(variable.getValueFrom());
            };
        }
        assertThat(variable.getValueFrom().getSecretKeyRef().getKey()).isEqualTo("sasl.jaas.config");
        return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"a\" password=\"b\";";
    }

    /** What the learner would run with. */
    private static Map<String, String> settings(Manifests manifests) {
        Container container = learner(manifests);
        Map<String, String> settings = settingsOfTheFile(manifests, container);
        settings.putAll(settingsOfTheEnvironment(container));
        return settings;
    }

    private static Settings checked(Map<String, String> settings) {
        return Settings.of(settings);
    }

    @Test
    void settings_areThoseOfTheApplication() {
        forEach((name, manifests) -> {
            Map<String, String> settings = settings(manifests);
            Settings checked = checked(settings);
            assertThat(checked.applicationId()).isEqualTo("streamgrad");
            assertThat(settings)
                    .contains(
                            entry("instance.id", "streamgrad-0"),
                            entry("http.advertised", "streamgrad-0.streamgrad-headless:8080"),
                            entry("http.host", "0.0.0.0"),
                            entry("http.port", "8080"),
                            entry("store", "rocksdb"))
                    .containsKey("bootstrap.servers");
            // Whoever else is in the pod runs with settings, too.
            containers(pod(manifests)).forEach(container -> checked(settingsOfTheFile(manifests, container)));
        });
    }

    /** By these a client may ask for models; other names get a 403. */
    @Test
    void theServicesNames_areKnownToTheHttpServer() {
        forEach((name, manifests) -> {
            Set<String> names = checked(settings(manifests)).httpNames();
            assertThat(names).contains("streamgrad-0.streamgrad-headless");
            assertThat(manifests.all(Service.class))
                    .filteredOn(service -> !"None".equals(service.getSpec().getClusterIP()))
                    .isNotEmpty()
                    .allSatisfy(service -> {
                        String ofService = service.getMetadata().getName();
                        assertThat(names)
                                .contains(
                                        ofService,
                                        ofService + ".somewhere",
                                        ofService + ".somewhere.svc",
                                        ofService + ".somewhere.svc.cluster.local");
                    });
        });
    }

    @Test
    void probesAndPorts_areThoseOfTheHttpServer() {
        forEach((name, manifests) -> {
            Container container = learner(manifests);
            assertThat(container.getPorts())
                    .singleElement()
                    .satisfies(port -> assertThat(port)
                            .extracting(ContainerPort::getName, ContainerPort::getContainerPort)
                            .containsExactly(
                                    "http", Integer.valueOf(settings(manifests).get("http.port"))));
            assertThat(path(container.getStartupProbe())).isEqualTo("/healthz");
            assertThat(path(container.getLivenessProbe())).isEqualTo("/healthz");
            assertThat(path(container.getReadinessProbe())).isEqualTo("/readyz");
            Probe startup = container.getStartupProbe();
            long patience = Long.parseLong(
                            String.valueOf(Settings.DEFINITION.defaultValues().get("startup.timeout.ms")))
                    / 1000;
            assertThat((long) startup.getFailureThreshold() * startup.getPeriodSeconds())
                    .as("waits for a broker, and for two answers of up to default.api.timeout.ms")
                    .isGreaterThan(patience + 2 * 60);
            assertThat(manifests.all(Service.class))
                    .hasSize(2)
                    .allSatisfy(service -> assertThat(service.getSpec().getPorts())
                            .singleElement()
                            .satisfies(port -> assertThat(port)
                                    .extracting(
                                            ServicePort::getName,
                                            ServicePort::getPort,
                                            p -> p.getTargetPort().getStrVal())
                                    .containsExactly("http", 8080, "http")));
            NetworkPolicy policy = manifests.only(NetworkPolicy.class);
            assertThat(policy.getSpec().getIngress().stream().flatMap(rule -> rule.getPorts().stream()))
                    .extracting(port -> port.getPort().getIntVal())
                    .containsExactly(8080);
        });
    }

    private static String path(Probe probe) {
        assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http");
        return probe.getHttpGet().getPath();
    }

    @Test
    void podMonitor_scrapesTheMetrics() {
        for (String name : List.of("prod", "base and monitoring")) {
            PodMonitor monitor = built(name).only(PodMonitor.class);
            assertThat(monitor.getSpec().getPodMetricsEndpoints())
                    .singleElement()
                    .satisfies(endpoint -> assertThat(endpoint)
                            .extracting(PodMetricsEndpoint::getPort, PodMetricsEndpoint::getPath)
                            .containsExactly("http", "/metrics"));
            assertThat(labels(built(name)))
                    .containsAllEntriesOf(monitor.getSpec().getSelector().getMatchLabels())
                    .containsEntry(monitor.getSpec().getJobLabel(), "streamgrad");
        }
    }

    @Test
    void prometheusRule_isMadeFromTheRules() throws IOException {
        assertThat(PrometheusRuleFile.RESOURCE)
                .as("run the main of PrometheusRuleFile to write it anew")
                .hasContent(PrometheusRuleFile.make());
    }

    private static Map<String, String> labels(Manifests manifests) {
        return manifests
                .only(StatefulSet.class)
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getLabels();
    }

    @Test
    void selectors_findThePods() {
        forEach((name, manifests) -> {
            StatefulSet set = manifests.only(StatefulSet.class);
            assertThat(labels(manifests))
                    .containsAllEntriesOf(set.getSpec().getSelector().getMatchLabels())
                    .containsAllEntriesOf(manifests
                            .only(PodDisruptionBudget.class)
                            .getSpec()
                            .getSelector()
                            .getMatchLabels())
                    .containsAllEntriesOf(manifests
                            .only(NetworkPolicy.class)
                            .getSpec()
                            .getPodSelector()
                            .getMatchLabels());
            assertThat(manifests.all(Service.class))
                    .allSatisfy(service -> assertThat(labels(manifests))
                            .containsAllEntriesOf(service.getSpec().getSelector()));
            assertThat(pod(manifests).getTopologySpreadConstraints())
                    .isNotEmpty()
                    .allSatisfy(spread -> assertThat(labels(manifests))
                            .containsAllEntriesOf(spread.getLabelSelector().getMatchLabels()));
            assertThat(manifests.has("Service", set.getSpec().getServiceName())).isTrue();
        });
    }

    @Test
    void everyName_isOneThatIsThere() {
        forEach((name, manifests) -> {
            PodSpec pod = pod(manifests);
            assertThat(manifests.has("ServiceAccount", pod.getServiceAccountName()))
                    .isTrue();
            Set<String> volumes = new TreeSet<>();
            for (Volume volume : pod.getVolumes()) {
                volumes.add(volume.getName());
                if (volume.getConfigMap() != null) {
                    assertThat(manifests.has("ConfigMap", volume.getConfigMap().getName()))
                            .isTrue();
                }
                if (volume.getSecret() != null) {
                    volume.getSecret()
                            .getItems()
                            .forEach(item ->
                                    assertSecret(manifests, volume.getSecret().getSecretName(), item.getKey()));
                }
            }
            manifests
                    .only(StatefulSet.class)
                    .getSpec()
                    .getVolumeClaimTemplates()
                    .forEach(claim -> volumes.add(claim.getMetadata().getName()));
            containers(pod).forEach(container -> {
                assertThat(container.getImage()).isEqualTo("streamgrad:0.1.0");
                assertThat(container.getVolumeMounts())
                        .extracting(VolumeMount::getName)
                        .isSubsetOf(volumes);
                container.getEnv().stream()
                        .filter(variable -> variable.getValueFrom() != null
                                && variable.getValueFrom().getSecretKeyRef() != null)
                        .forEach(variable -> {
                            SecretKeySelector secret = variable.getValueFrom().getSecretKeyRef();
                            assertSecret(manifests, secret.getName(), secret.getKey());
                        });
            });
            assertThat(learner(manifests).getVolumeMounts())
                    .extracting(VolumeMount::getMountPath)
                    .contains(settings(manifests).get("kafka.state.dir"), "/tmp");
            manifests
                    .all(KedaModel.TriggerAuthentication.class)
                    .forEach(authentication -> authentication
                            .spec()
                            .secretTargetRef()
                            .forEach(target -> assertSecret(manifests, target.name(), target.key())));
        });
    }

    /** A secret is here, or Strimzi makes it: one for each user, and one for the cluster's CA. */
    private static void assertSecret(Manifests manifests, String name, String key) {
        Set<String> secrets = new TreeSet<>();
        manifests
                .all(io.fabric8.kubernetes.api.model.Secret.class)
                .forEach(secret -> secret.getData()
                        .keySet()
                        .forEach(k -> secrets.add(secret.getMetadata().getName() + "/" + k)));
        manifests.all(KafkaUser.class).forEach(user -> {
            secrets.add(user.getMetadata().getName() + "/password");
            secrets.add(user.getMetadata().getName() + "/sasl.jaas.config");
        });
        manifests
                .all(Kafka.class)
                .forEach(kafka -> secrets.add(kafka.getMetadata().getName() + "-cluster-ca-cert/ca.crt"));
        assertThat(secrets).contains(name + "/" + key);
    }

    @Test
    void pods_areRestricted() {
        forEach((name, manifests) -> {
            PodSpec pod = pod(manifests);
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(10001);
            assertThat(pod.getSecurityContext().getRunAsGroup()).isEqualTo(10001);
            assertThat(pod.getSecurityContext().getFsGroup()).isEqualTo(10001);
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(manifests.only(ServiceAccount.class).getAutomountServiceAccountToken())
                    .isFalse();
            assertThat(pod.getEnableServiceLinks()).isFalse();
            assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(8);
            assertThat(containers(pod)).isNotEmpty().allSatisfy(container -> {
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                        .isFalse();
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                        .isTrue();
                assertThat(container.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
                assertThat(container.getVolumeMounts())
                        .filteredOn(mount -> mount.getMountPath().equals("/tmp"))
                        .singleElement()
                        // On the node's disk: memory is mounted noexec on some nodes.
                        .satisfies(mount -> assertThat(volume(pod, mount.getName())
                                        .getEmptyDir()
                                        .getMedium())
                                .isNull());
            });
        });
    }

    @Test
    void memory_isEnoughForHeapAndRocksDb() {
        forEach((name, manifests) -> {
            Container container = learner(manifests);
            Quantity limit =
                    Objects.requireNonNull(container.getResources().getLimits().get("memory"));
            assertThat(container.getResources().getRequests()).containsEntry("memory", limit);
            String options = settingsFree(container, "JAVA_TOOL_OPTIONS");
            Matcher percentage =
                    Pattern.compile("-XX:MaxRAMPercentage=(\\d+)(?= |$)").matcher(options);
            assertThat(percentage.find()).isTrue();
            long memory = limit.getNumericalAmount().longValueExact() >> 20;
            long heap = memory * Long.parseLong(percentage.group(1)) / 100;
            assertThat(heap + ROCKSDB * partitions(manifests) + JVM)
                    .as("MiB of %s for %s partitions", name, partitions(manifests))
                    .isLessThan(memory);
        });
    }

    private static String settingsFree(Container container, String variable) {
        return container.getEnv().stream()
                .filter(v -> v.getName().equals(variable))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    /** Of the samples topic: one where the pod makes its topics itself, or else those of the component kafka. */
    private static int partitions(Manifests manifests) {
        List<Container> topics = pod(manifests).getInitContainers();
        if (!topics.isEmpty()) {
            assertThat(topics)
                    .singleElement()
                    .satisfies(container ->
                            assertThat(container.getArgs()).startsWith("topics").doesNotContain("--partitions"));
            return 1;
        }
        return topic("samples").getSpec().getPartitions();
    }

    private static KafkaTopic topic(String name) {
        return built("base and kafka").all(KafkaTopic.class).stream()
                .filter(topic -> topic.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void replicas_areAtMostThePartitions() {
        forEach((name, manifests) -> {
            List<KedaModel.ScaledObject> scaled = manifests.all(KedaModel.ScaledObject.class);
            Integer replicas = manifests.only(StatefulSet.class).getSpec().getReplicas();
            if (scaled.isEmpty()) {
                assertThat(replicas).isBetween(1, partitions(manifests));
                return;
            }
            KedaModel.ScaledObjectSpec spec = scaled.get(0).spec();
            assertThat(replicas).as("the number is KEDA's").isNull();
            assertThat(spec.maxReplicaCount()).isEqualTo(partitions(manifests));
            assertThat(spec.minReplicaCount()).isBetween(1, spec.maxReplicaCount());
            assertThat(spec.scaleTargetRef()).isEqualTo(new KedaModel.Target("apps/v1", "StatefulSet", "streamgrad"));
            Settings settings = checked(settings(manifests));
            assertThat(spec.triggers()).singleElement().satisfies(trigger -> {
                assertThat(trigger.type()).isEqualTo("kafka");
                assertThat(trigger.metadata())
                        .contains(
                                entry("consumerGroup", settings.applicationId()),
                                entry("topic", settings.samplesTopic()),
                                entry("limitToPartitionsWithLag", "true"),
                                entry("allowIdleConsumers", "false"));
            });
        });
        assertThat(built("prod").only(KedaModel.ScaledObject.class).spec().minReplicaCount())
                .isEqualTo(3);
    }

    @Test
    void kafka_isWhereTheLearnerAndKedaLookForIt() {
        for (String name : List.of("prod", "base and kafka")) {
            Manifests manifests = built(name);
            Kafka kafka = manifests.only(Kafka.class);
            String cluster = kafka.getMetadata().getName();
            GenericKafkaListener listener =
                    kafka.getSpec().getKafka().getListeners().get(0);
            assertThat(listener.isTls()).isTrue();
            assertThat(listener.getAuth().getType()).isEqualTo("scram-sha-512");
            assertThat(kafka.getSpec().getKafka().getAuthorization().getType()).isEqualTo("simple");
            assertThat(settings(manifests))
                    .contains(
                            entry("bootstrap.servers", cluster + "-kafka-bootstrap:" + listener.getPort()),
                            entry("kafka.security.protocol", "SASL_SSL"),
                            entry("kafka.sasl.mechanism", "SCRAM-SHA-512"),
                            entry("kafka.ssl.truststore.type", "PEM"));
            Path truststore = Path.of(settings(manifests).get("kafka.ssl.truststore.location"));
            assertThat(learner(manifests).getVolumeMounts())
                    .extracting(VolumeMount::getMountPath)
                    .contains(String.valueOf(truststore.getParent()));
            assertThat(manifests.only(NetworkPolicy.class).getSpec().getEgress().stream()
                            .flatMap(rule -> rule.getPorts().stream())
                            .map(NetworkPolicyPort::getPort)
                            .map(port -> port.getIntVal()))
                    .containsExactlyInAnyOrder(8080, 53, 53, listener.getPort());
            assertThat(kafka.getSpec().getKafka().getConfig())
                    .contains(
                            entry("default.replication.factor", 3),
                            entry("min.insync.replicas", 2),
                            entry("transaction.state.log.replication.factor", 3),
                            entry("transaction.state.log.min.isr", 2));
            assertThat(manifests.only(KafkaNodePool.class).getSpec().getReplicas())
                    .isEqualTo(3);
            assertThat(StreamSupport.stream(manifests.trees().spliterator(), false)
                            .filter(tree -> tree.path("kind").asText().matches("Kafka(Topic|User|NodePool)"))
                            .map(tree -> tree.path("metadata")
                                    .path("labels")
                                    .path("strimzi.io/cluster")
                                    .asText()))
                    .containsOnly(cluster);
        }
        Map<String, String> keda = built("prod")
                .only(KedaModel.ScaledObject.class)
                .spec()
                .triggers()
                .get(0)
                .metadata();
        assertThat(keda)
                .contains(
                        entry("bootstrapServers", "streamgrad-kafka-bootstrap.streamgrad:9093"),
                        entry("sasl", "scram_sha512"),
                        entry("tls", "enable"));
    }

    /** The topics as {@code streamgrad topics} makes them on a broker, compared with the manifests. */
    /** What the learner is tried with is what it runs with. */
    @Test
    void kafka_isOfTheReleaseThatComposeRuns() throws IOException {
        String image = new YAMLMapper()
                .readTree(Path.of("docker-compose.yml").toFile())
                .at("/services/kafka/image")
                .asText();
        Kafka kafka = built("base and kafka").only(Kafka.class);
        assertThat("apache/kafka:" + kafka.getSpec().getKafka().getVersion()).isEqualTo(image);
        assertThat(image).matches("apache/kafka:\\d+\\.\\d+\\.\\d+");
        assertThat(kafka.getSpec().getKafka().getMetadataVersion())
                .isEqualTo(image.replaceAll("apache/kafka:(\\d+\\.\\d+)\\.\\d+", "$1-IV0"));
    }

    @Test
    void topics_areThoseOfTheApplication() throws Exception {
        Map<String, String> settings = settings(built("prod"));
        settings.keySet().removeIf(key -> key.startsWith(Settings.KAFKA_PREFIX));
        try (EmbeddedBroker broker = EmbeddedBroker.start(0, Optional.empty());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            settings.put("bootstrap.servers", broker.bootstrapServers());
            Set<String> names = Topics.create(checked(settings), 1, Optional.empty(), new Quiet())
                    .keySet();
            List<KafkaTopic> topics = built("prod").all(KafkaTopic.class);
            assertThat(topics)
                    .extracting(topic -> topic.getMetadata().getName())
                    .containsExactlyInAnyOrderElementsOf(names);
            for (KafkaTopic topic : topics) {
                ConfigResource resource = new ConfigResource(
                        ConfigResource.Type.TOPIC, topic.getMetadata().getName());
                // A broker may hear of a topic a moment after the controller has made it.
                Config config = await().ignoreExceptions()
                        .until(
                                () -> admin.describeConfigs(List.of(resource))
                                        .all()
                                        .get()
                                        .get(resource),
                                Objects::nonNull);
                Map<String, String> made = config.entries().stream()
                        .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
                Map<String, String> declared = new HashMap<>();
                if (topic.getSpec().getConfig() != null) {
                    topic.getSpec().getConfig().forEach((key, value) -> declared.put(key, String.valueOf(value)));
                }
                assertThat(declared).as(resource.name()).isEqualTo(made);
                assertThat(topic.getSpec().getReplicas()).isEqualTo(3);
                assertThat(topic.getSpec().getPartitions())
                        .isEqualTo(topic("samples").getSpec().getPartitions());
            }
        }
    }

    private static final class Quiet implements Progress {
        @Override
        public void say(String line) {}

        @Override
        public boolean isStopped() {
            return false;
        }
    }

    @Test
    void rights_areThoseThatTheReadmeLists() {
        Map<String, List<String>> users = new HashMap<>();
        for (JsonNode user : built("prod").trees()) {
            if (user.path("kind").asText().equals("KafkaUser")) {
                assertThat(user.at("/spec/authentication/type").asText()).isEqualTo("scram-sha-512");
                List<String> rights = new ArrayList<>();
                for (JsonNode acl : user.at("/spec/authorization/acls")) {
                    JsonNode resource = acl.get("resource");
                    List<String> operations = new ArrayList<>();
                    acl.get("operations").forEach(operation -> operations.add(operation.asText()));
                    rights.add(resource.path("type").asText() + " "
                            + resource.path("patternType").asText("") + " "
                            + resource.path("name").asText("") + ": " + String.join(" ", operations));
                }
                users.put(user.at("/metadata/name").asText(), rights);
            }
        }
        assertThat(users).containsOnlyKeys("streamgrad", "streamgrad-operator", "streamgrad-scaling");
        assertThat(users.get("streamgrad"))
                .containsExactlyInAnyOrder(
                        "topic literal samples: Describe Read",
                        "group literal streamgrad: Describe Read",
                        "topic literal predictions: Describe DescribeConfigs Write",
                        "topic literal snapshots: Describe DescribeConfigs Write",
                        "topic literal dead-letters: Describe DescribeConfigs Write",
                        "topic literal control: Describe DescribeConfigs Read",
                        "topic literal events: Describe DescribeConfigs Read Write",
                        "topic literal streamgrad-models-changelog: Create Describe DescribeConfigs Read Write",
                        "transactionalId prefix streamgrad-: Describe Write",
                        "cluster  : IdempotentWrite");
        assertThat(users.get("streamgrad-operator"))
                .containsExactlyInAnyOrder(
                        "topic literal control: Describe Read Write",
                        "topic literal events: Describe Read",
                        "topic literal snapshots: Describe Read",
                        "topic literal samples: Describe Read",
                        "group literal streamgrad: Describe",
                        "cluster  : IdempotentWrite");
        assertThat(users.get("streamgrad-scaling"))
                .containsExactlyInAnyOrder("topic literal samples: Describe", "group literal streamgrad: Describe");
    }
}
