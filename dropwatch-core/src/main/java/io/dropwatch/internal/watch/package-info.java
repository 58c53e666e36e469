/**
 * Third stage of watching: from the probe's ring to the listener. In goes a loaded probe, out go
 * events, one call of the listener after the other on one thread of ours, and {@link
 * io.dropwatch.model.DropStatistics} that account for every drop.
 */
@NullMarked
package io.dropwatch.internal.watch;

import org.jspecify.annotations.NullMarked;
