/**
 * Noise rules, between reading a record and telling the listener. In go the rules and, one by one,
 * events; out comes whether an event is noise. What the kernel decides leaves as a {@link
 * io.dropwatch.internal.probe.NoiseList} for the probe.
 */
@NullMarked
package io.dropwatch.internal.noise;

import org.jspecify.annotations.NullMarked;
