/** Measures all targets of speed and memory in one run, each beside its bound. */
@NullMarked
package io.dropwatch.benchmarks.targets;

import org.jspecify.annotations.NullMarked;
