/**
 * The application's settings: their names, types, ranges and defaults; what models are born with; what Kafka's clients
 * are configured with; how large the records of these models can become.
 *
 * <p>Everything is checked when {@link dev.streamgrad.settings.Settings#of} makes the object, and nothing changes
 * afterwards: whoever holds one may share it between threads. A wrong setting is one line: key, rule, value, remedy. No
 * connection is made here, and nothing is read but the name of this machine.
 */
@NullMarked
package dev.streamgrad.settings;

import org.jspecify.annotations.NullMarked;
