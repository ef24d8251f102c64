/**
 * The command line: the only {@code main}, and the only place that prints. Data goes to standard output, progress and
 * logs to standard error; the exit code is 0 for done, 1 for failed, 2 for wrong usage or settings.
 */
@NullMarked
package dev.streamgrad.cli;

import org.jspecify.annotations.NullMarked;
