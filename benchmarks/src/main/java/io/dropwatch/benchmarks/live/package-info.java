/** Measures what watching real drops costs the JVM and the sender. Needs root. */
@NullMarked
package io.dropwatch.benchmarks.live;

import org.jspecify.annotations.NullMarked;
