/** All that was promised of speed and memory, measured in one run, each beside what bounds it. */
@NullMarked
package io.dropwatch.benchmarks.goals;

import org.jspecify.annotations.NullMarked;
