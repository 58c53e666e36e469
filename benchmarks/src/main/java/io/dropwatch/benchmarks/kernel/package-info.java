/**
 * What the probe costs in the kernel: a flood in a network of its own, one program after another on
 * the tracepoint, and the kernel's own statistics of them.
 */
@NullMarked
package io.dropwatch.benchmarks.kernel;

import org.jspecify.annotations.NullMarked;
