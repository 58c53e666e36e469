/** JMH benchmarks of filters. */
@NullMarked
package io.dropwatch.benchmarks;

import org.jspecify.annotations.NullMarked;
