/**
 * The {@code dropwatch} command line.
 *
 * <p>{@link io.dropwatch.examples.cli.Main} parses the arguments into a command: {@code
 * DropwatchCommand} (watch), {@code TopCommand}, {@code ReplayCommand}, {@code ReasonsCommand} or
 * {@link io.dropwatch.examples.filter.FilterCommand}. The watch command runs a {@code WatchSession}
 * that writes to an {@code EventSink}. {@code ErrorHandler} turns failures of all commands into one
 * line on stderr and an exit status.
 */
@NullMarked
package io.dropwatch.examples.cli;

import org.jspecify.annotations.NullMarked;
