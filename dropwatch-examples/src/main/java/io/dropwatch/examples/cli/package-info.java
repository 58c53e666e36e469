/** The command line. */
@NullMarked
package io.dropwatch.examples.cli;

import org.jspecify.annotations.NullMarked;
