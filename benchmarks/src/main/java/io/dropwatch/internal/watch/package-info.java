/** What benchmarks need of the watcher that nobody else does. */
@NullMarked
package io.dropwatch.internal.watch;

import org.jspecify.annotations.NullMarked;
