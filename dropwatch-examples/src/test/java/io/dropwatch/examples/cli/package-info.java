/**
 * Tests of the command line: {@code *Test} in this process, {@code *IT} through {@code
 * bin/dropwatch} as root.
 */
@NullMarked
package io.dropwatch.examples.cli;

import org.jspecify.annotations.NullMarked;
