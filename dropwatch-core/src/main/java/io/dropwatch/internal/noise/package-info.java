/**
 * Applies noise rules, after a record is decoded and before the listener is called. Input: the
 * rules and each event. Output: whether the event is noise. Rules that the probe applies become a
 * {@link io.dropwatch.internal.probe.NoiseList}.
 */
@NullMarked
package io.dropwatch.internal.noise;

import org.jspecify.annotations.NullMarked;
