package dev.streamgrad.cli;

import dev.streamgrad.broker.BrokerException;
import dev.streamgrad.broker.EmbeddedBroker;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One embedded broker for all tests of the commands: tests keep apart by the names of their topics. */
final class SharedBroker implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == EmbeddedBroker.class;
    }

    /** It is closed with the store that holds it, when the last test has run. */
    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedBroker.class))
                .computeIfAbsent(EmbeddedBroker.class, type -> start());
    }

    private static EmbeddedBroker start() {
        try {
            return EmbeddedBroker.start(0, Optional.empty());
        } catch (BrokerException e) {
            throw new IllegalStateException(e);
        }
    }
}
