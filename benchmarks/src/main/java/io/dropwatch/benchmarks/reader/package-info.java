/** Measures what an event costs in the JVM, from the ring to the listener or the file. */
@NullMarked
package io.dropwatch.benchmarks.reader;

import org.jspecify.annotations.NullMarked;
