/** Benchmarks. */
@NullMarked
package io.dropwatch.benchmarks;

import org.jspecify.annotations.NullMarked;
