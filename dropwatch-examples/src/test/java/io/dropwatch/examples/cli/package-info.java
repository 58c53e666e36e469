/**
 * The command line from outside: as {@code *Test} in this process, as {@code *IT} through {@code
 * bin/dropwatch}, as root.
 */
@NullMarked
package io.dropwatch.examples.cli;

import org.jspecify.annotations.NullMarked;
