/**
 * The {@code dropwatch} command line.
 *
 * <p>Stage: the last one. In: flags. Out: events on stdout as text or NDJSON, everything else on
 * stderr, and an exit status: 0 watched to the end, 1 this machine cannot ({@link
 * io.dropwatch.DropWatchException}), 2 the command line is wrong.
 *
 * <p>{@link io.dropwatch.examples.cli.Main} → {@link io.dropwatch.examples.cli.DropwatchCommand}
 * (flags) → {@code WatchSession} (start, wait, stop, statistics) → {@code EventSink}: stdout, or
 * the daemon of {@code --output-storage}.
 */
@NullMarked
package io.dropwatch.examples.cli;

import org.jspecify.annotations.NullMarked;
