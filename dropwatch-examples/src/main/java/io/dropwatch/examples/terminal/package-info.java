/** The command line's connection to its user: what stdout is, and signals that end a session. */
@NullMarked
package io.dropwatch.examples.terminal;

import org.jspecify.annotations.NullMarked;
