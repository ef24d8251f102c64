package dev.streamgrad.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.streamgrad.learning.Origin;
import dev.streamgrad.nn.Initializer;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private static Settings of(String... settings) {
        return Settings.of(Arrays.stream(settings)
                .map(setting -> setting.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1])));
    }

    /** It stands in every snapshot, and a password may change: the class is kept, what it is configured with is not. */
    @Test
    void howRecordsAreRead_isKeptWithoutTheDeserializersSettings() {
        Settings settings =
                of("samples.deserializer=a.B", "samples.deserializer.basic.auth=s3cret", "features=a", "layers=*,1");
        assertThat(settings.reading().toString()).contains("a.B").doesNotContain("s3cret", "basic.auth");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "learning.rat=1 | setting learning.rat is unknown; did you mean learning.rate? Settings of Kafka itself start"
                        + " with kafka.",
                "learning.rate=fast | learning.rate must be a number; got fast",
                "seed=1.5 | seed must be a whole number; got 1.5",
                "http.port=70000 | http.port must be at most 65535; got 70000",
                "processing.guarantee=at_least_once | setting processing.guarantee cannot be set; learning is always",
                "linger.ms=5 | setting linger.ms is Kafka's own; write kafka.linger.ms",
                "frobnicate=1 | setting frobnicate is unknown; the README lists all settings. Settings of Kafka itself",
                "output.activation=softmax loss=cross-entropy | output.activation must not be softmax where layers ends with 1,"
                        + " because the answer would always be 1; got layers 2-4-1; end layers with the number of classes",
                "models.a.output.activation=softmax | models.a.output.activation must not be softmax where layers ends with 1",
                "learning.rate=-1 | learning.rate must be a finite number over 0; got -1.0",
                "models.a.learning.rate=0 | models.a.learning.rate must be a finite number over 0; got 0",
                "models.a.learning.rat=0 | setting models.a.learning.rat must end with a model setting",
                "models.seed=0 | setting models.seed must end with a model setting",
                "store=disk | store must be one of memory, rocksdb; got disk",
                "samples.topic= | samples.topic must not be empty",
                "startup.timeout.ms=5 | startup.timeout.ms must be at least 1000; got 5",
                "layers=2,4,1 x=1 | setting x is unknown",
                "kafka.processing.guarantee=at_least_once | kafka.processing.guarantee cannot be set; learning is"
                        + " always exactly_once_v2",
                "kafka.application.id=x | kafka.application.id cannot be set; set application.id itself",
                "kafka.group.instance.id=x | kafka.group.instance.id cannot be set; set instance.id itself",
                "kafka.consumer.group.instance.id=x | kafka.consumer.group.instance.id cannot be set; set instance.id"
                        + " itself",
                "kafka.main.consumer.group.instance.id=x | kafka.main.consumer.group.instance.id cannot be set; set",
                "kafka.num.stream.threads=many | kafka.* is wrong",
                "kafka.producer.max.request.size=1000 | kafka.producer.max.request.size and"
                        + " kafka.producer.buffer.memory must be",
                "kafka.max.request.size=1000 | kafka.producer.max.request.size and kafka.producer.buffer.memory must"
                        + " be",
                "kafka.producer.buffer.memory=1000 | kafka.producer.max.request.size and kafka.producer.buffer.memory"
                        + " must be",
                "kafka.producer.max.request.size=8MB | kafka.* is wrong",
                "kafka.consumer.max.poll.records=abc | kafka.* is wrong",
                "kafka.production.exception.handler=x | kafka.production.exception.handler cannot be set; going on"
                        + " after",
                "kafka.group.protocol=streams | kafka.group.protocol=streams knows no stable names yet",
                "predictions.topic=samples | samples.topic, predictions.topic, snapshots.topic, dead.letters.topic, control.topic and events.topic must be different topics, or the learner would read what it writes",
                "http.advertised=::1:8080 | http.advertised must be HOST:PORT, with brackets around an IPv6 address; got ::1:8080",
                "http.advertised=learner | http.advertised must be HOST:PORT",
                "http.hosts=streamgrad:8080 | http.hosts must be host names without ports, separated by commas; got streamgrad:8080",
                "samples.format=xml | samples.format must be one of json, json-schema, avro, csv; got xml",
                "samples.format=avro | schema.registry.url must be set where samples.format is avro; got nothing",
                "samples.format=avro schema.registry.url=localhost:8081 | schema.registry.url must be addresses that begin"
                        + " with http:// or https://, separated by commas; got localhost:8081; write it as in"
                        + " http://localhost:8081",
                "samples.format=avro schema.registry.url=http://a:s3cret@b | schema.registry.url must not hold a user or"
                        + " password; got one, which is not shown; set schema.registry.basic.auth",
                "schema.registry.basic.auth=s3cret | schema.registry.basic.auth must be USER:PASSWORD; got something without"
                        + " a colon, which is not shown",
                "schema.registry.ssl.truststore.type=ZIP | schema.registry.ssl.truststore.type must be one of PKCS12, JKS,"
                        + " PEM; got ZIP",
                "avro.reader.schema.id=-1 | avro.reader.schema.id must be at least 0; got -1",
                "samples.format=csv | csv.columns must name the values of a line where samples.format is csv; got nothing",
                "csv.columns=a,b | csv.columns is for samples.format=csv; got it with json",
                "samples.format=csv csv.columns=a,b,a | csv.columns must name each value once; got a twice",
                "samples.format=csv csv.columns=a,,b | csv.columns must name each value once; got an empty name",
                "samples.format=csv csv.columns=a,\"b | csv.columns must be names separated by commas; got a,\"b; close every",
                "samples.format=csv csv.columns=a csv.separator=;; | csv.separator must be one character, or tab; got ;;",
                "samples.format=csv csv.columns=a csv.separator= | csv.separator must be one character, or tab; got nothing",
                "samples.format=avro samples.deserializer=a.B schema.registry.url=http://a | samples.format must be json or"
                        + " csv where samples.deserializer is set",
                "samples.deserializer.key=s3cret | samples.deserializer.* must stand beside samples.deserializer; got key"
                        + " without it",
                "predictions.topic=a/b | topic names must be as Kafka takes them; got a/b",
            })
    void wrongSetting_isOneLine_namingSettingRuleAndValue(String settings, String message) {
        assertThatThrownBy(() -> of(settings.split(" ")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n")
                .doesNotContain("s3cret");
    }

    @Test
    void formatOfTheSamples_isWhatTheSettingsSay() {
        SampleFormat csv = of("features=a,d", "samples.format=csv", "csv.columns= a , \"b, c\",d", "csv.separator=tab")
                .sampleFormat();
        assertThat(csv.kind()).isEqualTo(SampleFormat.Kind.CSV);
        assertThat(csv.csvColumns()).containsExactly("a", "b, c", "d");
        assertThat(csv.csvSeparator()).isEqualTo('\t');

        SampleFormat avro = of(
                        "features=a,d",
                        "samples.format=avro",
                        "schema.registry.url=http://a:8081/, https://b/apis/ccompat/v7//",
                        "schema.registry.basic.auth=me:s3:cret",
                        "schema.registry.ssl.truststore.location=/certificates.pem",
                        "schema.registry.ssl.truststore.type=PEM")
                .sampleFormat();
        assertThat(avro.registry()).hasValueSatisfying(access -> {
            assertThat(access.urls())
                    .containsExactly(URI.create("http://a:8081"), URI.create("https://b/apis/ccompat/v7"));
            assertThat(access.basicAuth().orElseThrow().value()).isEqualTo("me:s3:cret");
            assertThat(access.tls())
                    .containsEntry("ssl.truststore.location", "/certificates.pem")
                    .containsEntry("ssl.truststore.type", "PEM");
            assertThat(access.toString()).doesNotContain("s3:cret");
        });

        SampleFormat other = of(
                        "features=a,d", "samples.deserializer=a.B", "samples.deserializer.schema.registry.url=mock")
                .sampleFormat();
        assertThat(other.deserializer()).hasValue("a.B");
        assertThat(other.deserializerSettings()).containsExactly(Map.entry("schema.registry.url", "mock"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http.host=127.0.0.1 | 127.0.0.1:8081",
                "http.host=learner | learner:8081",
                "http.host=::1 | [::1]:8081",
                "http.host=[::1] | [::1]:8081",
                "http.host=fe80::1%eth0 | [fe80::1%eth0]:8081",
                "http.advertised=a.example:80 | a.example:80",
                "http.advertised=[2001:db8::1]:80 | [2001:db8::1]:80",
            })
    void theAdvertisedAddress_canBePutIntoAUrl(String setting, String advertised) {
        assertThat(of(setting).httpAdvertised(8081)).isEqualTo(advertised);
        assertThat(URI.create("http://" + advertised + "/").getPort()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "[::]"})
    void everywhere_isAdvertisedAsThisMachine(String host) {
        assertThat(of("http.host=" + host).httpAdvertised(8081))
                .endsWith(":8081")
                .doesNotContain(host);
    }

    @Test
    void aModelsOwnSettings_goBeforeTheCommonOnes() {
        Settings settings = of("layers=2,3,1", "models.big.layers=2,64,1", "models.big.seed=9", "models.a.b.seed=1");
        assertThat(settings.specOf("xor").architecture().toString()).isEqualTo("2-3-1");
        assertThat(settings.specOf("big").architecture().toString()).isEqualTo("2-64-1");
        assertThat(settings.specOf("big").birth().origin()).isEqualTo(new Origin.Seeded(Initializer.NORMAL, 9));
        assertThat(settings.specOf("a.b").birth().origin()).isEqualTo(new Origin.Seeded(Initializer.NORMAL, 1));
        assertThat(settings.specOf("a").birth().origin()).isEqualTo(new Origin.Seeded(Initializer.NORMAL, 42));
    }

    @Test
    void streams_areExactlyOnce_withAStableMember_andWhatKafkaPrefixesSay() {
        Properties streams = of("instance.id=pod-3", "kafka.num.stream.threads=2", "kafka.producer.linger.ms=7")
                .kafka()
                .streams();
        assertThat(streams)
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("main.consumer.group.instance.id", "pod-3")
                .containsEntry("num.stream.threads", "2")
                .containsEntry("producer.linger.ms", "7")
                .containsEntry("ensure.explicit.internal.resource.naming", true);
        assertThat(of("instance.id=").kafka().streams()).doesNotContainKey("main.consumer.group.instance.id");
        assertThat(of().instanceId()).get().asString().isNotBlank().isNotEqualTo("host-name");
    }

    @Test
    void plainClients_getTheSecurityAndTheirOwnPrefix_andNothingOfTheOthers() {
        Settings settings = of(
                "bootstrap.servers=b:1",
                "kafka.security.protocol=SASL_SSL",
                "kafka.num.stream.threads=2",
                "kafka.consumer.fetch.min.bytes=5",
                "kafka.producer.acks=all");
        assertThat(of("kafka.batch.size=7", "kafka.producer.linger.ms=1")
                        .kafka()
                        .streams())
                .as("what the user sets without a prefix is not overridden by a default with one")
                .doesNotContainKey("producer.batch.size");
        assertThat(settings.kafka().consumer())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("bootstrap.servers", "b:1", "security.protocol", "SASL_SSL", "fetch.min.bytes", "5"));
        assertThat(settings.kafka().producer()).containsEntry("acks", "all").doesNotContainKey("fetch.min.bytes");
        assertThat(settings.kafka().admin()).containsOnlyKeys("bootstrap.servers", "security.protocol");
    }

    @Test
    void largeModels_raiseWhatTheProducerSends_andWhatTheChangelogTakes() {
        Settings small = of();
        assertThat(small.kafka().maxRequestSize()).isEqualTo(RecordLimits.LARGEST_REQUEST);
        assertThat(small.kafka().changelogTopic()).doesNotContainKey("max.message.bytes");
        Settings large = of("layers=784,1000,200,10");
        assertThat(large.kafka().maxRequestSize()).isGreaterThan(20_000_000);
        assertThat(Long.parseLong(large.kafka().changelogTopic().get("max.message.bytes")))
                .isGreaterThan(8 * 987_210);
    }

    /** With Kafka's own default, 0, each sample would pay for the empty control topic. */
    @Test
    void noSampleWaitsForCommands_unlessSomebodyWantsIt() {
        assertThat(Settings.of(Map.of()).kafka().streams()).containsEntry("max.task.idle.ms", -1L);
        assertThat(Settings.of(Map.of("kafka.max.task.idle.ms", "50")).kafka().streams())
                .containsEntry("max.task.idle.ms", "50");
    }
}
