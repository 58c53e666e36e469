/** Runs the programs of {@code io.dropwatch.examples.embed}, and compiles the README's examples. */
@NullMarked
package io.dropwatch.examples.embed;

import org.jspecify.annotations.NullMarked;
