package dev.streamgrad.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/** Logs go to standard error: warnings on one line each, or everything with stack traces if asked. */
final class Logging {
    private Logging() {}

    static void configure(boolean verbose, boolean hideKafka) {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (!(factory instanceof LoggerContext context)) {
            // Someone runs us with another backend, and configures that one.
            return;
        }
        context.reset();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0} %msg%n" + (verbose ? "%ex" : "%nopex"));
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(verbose ? Level.INFO : Level.WARN);
        if (!verbose) {
            Level kafka = hideKafka ? Level.OFF : Level.WARN;
            context.getLogger("kafka").setLevel(kafka);
            context.getLogger("org.apache.kafka").setLevel(kafka);
            // A line per unused setting, and one for every failed connection attempt: we say ourselves that we wait.
            for (String noisy :
                    new String[] {"admin.AdminClientConfig", "consumer.ConsumerConfig", "producer.ProducerConfig"}) {
                context.getLogger("org.apache.kafka.clients." + noisy).setLevel(Level.ERROR);
            }
            context.getLogger("org.apache.kafka.streams.StreamsConfig").setLevel(Level.ERROR);
            context.getLogger("org.apache.kafka.clients.NetworkClient").setLevel(Level.ERROR);
        }
        // Last: a reset has put the level at DEBUG, and other threads may be logging.
        root.addAppender(appender);
    }
}
