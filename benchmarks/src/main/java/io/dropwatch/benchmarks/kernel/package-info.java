/**
 * Measures what the probe costs in the kernel: floods a test network while one program after
 * another is attached to the tracepoint, and reads the kernel's run-time statistics of the program.
 */
@NullMarked
package io.dropwatch.benchmarks.kernel;

import org.jspecify.annotations.NullMarked;
